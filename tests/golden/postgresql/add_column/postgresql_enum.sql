DO $migrateops$ BEGIN CREATE TYPE mood AS ENUM ('fine'); EXCEPTION WHEN duplicate_object THEN NULL; END $migrateops$;

ALTER TABLE player ADD COLUMN moods mood[];
