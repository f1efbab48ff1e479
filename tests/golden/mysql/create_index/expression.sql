CREATE INDEX ix ON player ((lower(name)), number);
