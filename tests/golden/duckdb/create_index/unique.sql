CREATE UNIQUE INDEX ix_player ON player (name, number);
