ALTER TABLE player ADD COLUMN added INTEGER;

CREATE INDEX ix_player_added ON player (added);
