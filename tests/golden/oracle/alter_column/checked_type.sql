ALTER TABLE player DROP CONSTRAINT ck_old
/

ALTER TABLE player MODIFY name VARCHAR(1 CHAR)
/

ALTER TABLE player ADD CONSTRAINT ck_new CHECK (name IN ('a', 'b'))
/
