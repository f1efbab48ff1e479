CREATE INDEX IF NOT EXISTS ix_player_name ON player (name);
