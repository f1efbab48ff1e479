CREATE UNIQUE INDEX ix_player ON player USING btree (name varchar_pattern_ops) INCLUDE (number) NULLS NOT DISTINCT WITH (fillfactor = 50) WHERE name <> '%';
