CREATE SPATIAL INDEX ix ON player (place);
