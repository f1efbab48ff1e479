DROP TABLE team
/
