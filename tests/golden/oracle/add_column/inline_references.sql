ALTER TABLE player ADD added INTEGER REFERENCES team (id)
/
