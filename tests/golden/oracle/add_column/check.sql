ALTER TABLE player ADD added INTEGER CONSTRAINT ck_added CHECK (added > 0)
/
