ALTER TABLE player ALTER COLUMN name SET DEFAULT ('it' || 's');
