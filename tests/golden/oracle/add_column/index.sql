ALTER TABLE player ADD added INTEGER
/

CREATE INDEX ix_player_added ON player (added)
/
