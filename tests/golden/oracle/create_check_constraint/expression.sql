ALTER TABLE player ADD CONSTRAINT ck CHECK ("number" > 5)
/
