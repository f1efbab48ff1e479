CREATE INDEX other.ix ON player (name);
