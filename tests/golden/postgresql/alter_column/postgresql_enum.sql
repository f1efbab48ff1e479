DO $migrateops$ BEGIN CREATE TYPE mood AS ENUM ('fine', 'so so'); EXCEPTION WHEN duplicate_object THEN NULL; END $migrateops$;

ALTER TABLE player ALTER COLUMN name TYPE mood USING name::mood;
