ALTER TABLE player DROP CHECK ck_old, MODIFY name VARCHAR(1) NULL, ADD CONSTRAINT ck_new CHECK (name IN ('a', 'b'));
