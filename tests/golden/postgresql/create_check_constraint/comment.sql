ALTER TABLE player ADD CONSTRAINT ck CHECK (number > 0);

COMMENT ON CONSTRAINT ck ON player IS 'it''s 100%';
