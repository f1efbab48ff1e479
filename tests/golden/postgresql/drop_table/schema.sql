DROP TABLE other.team;
