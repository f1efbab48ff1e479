CREATE TABLE t (
    a TEXT, 
    b INTEGER
);

CREATE UNIQUE INDEX ix ON t (a(7), b) USING btree;

CREATE FULLTEXT INDEX words ON t (a);

CREATE INDEX part ON t (a(5));

DROP INDEX ix ON t;

DROP INDEX words ON t;

DROP INDEX part ON t;

DROP TABLE t;

