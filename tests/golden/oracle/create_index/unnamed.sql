CREATE INDEX ix_player_name ON player (name)
/
