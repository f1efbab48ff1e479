ALTER TABLE player ADD added INTEGER NULL;
GO

CREATE INDEX ix_player_added ON player (added);
GO
