CREATE INDEX ix ON player (name) WHERE number > 5;
