CREATE INDEX ix ON player (name(7));
