BEGIN;

CREATE TABLE t (id integer, a text, b integer);

CREATE UNIQUE INDEX IF NOT EXISTS ix_all ON t USING btree (a text_pattern_ops, lower(a)) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor = 50) WHERE b > 0 AND a <> '%';

DROP INDEX IF EXISTS ix_all;

COMMIT;

CREATE INDEX CONCURRENTLY ix ON t (a);

DROP INDEX CONCURRENTLY ix;

BEGIN;

DROP TABLE t;

COMMIT;

