DROP INDEX ix ON other.player;
GO
