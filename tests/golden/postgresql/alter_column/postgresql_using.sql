ALTER TABLE player ALTER COLUMN name TYPE INTEGER USING replace(name, '%', '')::integer;
