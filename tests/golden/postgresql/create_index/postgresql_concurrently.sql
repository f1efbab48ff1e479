CREATE INDEX CONCURRENTLY ix_player_name ON player (name);
