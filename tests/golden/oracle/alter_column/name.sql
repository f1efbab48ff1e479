ALTER TABLE player RENAME COLUMN name TO nick
/
