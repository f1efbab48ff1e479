ALTER TABLE player DROP CONSTRAINT IF EXISTS player_name_migrateops_not_null;

ALTER TABLE player ADD CONSTRAINT player_name_migrateops_not_null CHECK (name IS NOT NULL) NOT VALID;

ALTER TABLE player VALIDATE CONSTRAINT player_name_migrateops_not_null;

ALTER TABLE player ALTER COLUMN name SET NOT NULL;

ALTER TABLE player DROP CONSTRAINT IF EXISTS player_name_migrateops_not_null;
