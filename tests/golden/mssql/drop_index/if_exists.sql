DROP INDEX IF EXISTS ix_player_name ON player;
GO
