ALTER TABLE player ADD CONSTRAINT pk_player PRIMARY KEY (id);

COMMENT ON CONSTRAINT pk_player ON player IS 'it''s 100%';
