ALTER TABLE player ADD UNIQUE (number, name);
