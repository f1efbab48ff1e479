ALTER TABLE player RENAME name TO nick;
