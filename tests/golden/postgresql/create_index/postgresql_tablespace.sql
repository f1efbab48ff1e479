CREATE INDEX ix ON player (name) TABLESPACE pg_default;
