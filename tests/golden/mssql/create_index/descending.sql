CREATE INDEX ix ON player (number DESC, name);
GO
