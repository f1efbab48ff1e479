CREATE INDEX ix ON player (`name`(7), number DESC);
