ALTER TABLE player ADD COLUMN added INTEGER, ADD INDEX ix_player_added (added);
