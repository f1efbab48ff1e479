CREATE INDEX ix ON other.player (name);
GO
