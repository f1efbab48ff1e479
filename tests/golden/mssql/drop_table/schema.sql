DROP TABLE other.team;
GO
