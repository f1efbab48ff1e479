CREATE INDEX other.ix ON other.player (name)
/
