DROP TABLE other.team
/
