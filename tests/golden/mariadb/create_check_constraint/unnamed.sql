ALTER TABLE player ADD CHECK (number > 0);
