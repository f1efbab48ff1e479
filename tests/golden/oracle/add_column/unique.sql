ALTER TABLE player ADD added INTEGER
/

ALTER TABLE player ADD UNIQUE (added)
/
