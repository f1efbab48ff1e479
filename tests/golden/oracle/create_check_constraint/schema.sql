ALTER TABLE other.player ADD CONSTRAINT ck CHECK (number > 0)
/
