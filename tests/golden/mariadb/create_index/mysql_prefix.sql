CREATE FULLTEXT INDEX ix ON player (name);
