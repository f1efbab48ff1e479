ALTER TABLE player DROP CONSTRAINT IF EXISTS player_name_not_null_check;

ALTER TABLE player ADD CONSTRAINT player_name_not_null_check CHECK (name IS NOT NULL) NOT VALID;

ALTER TABLE player VALIDATE CONSTRAINT player_name_not_null_check;

ALTER TABLE player ALTER COLUMN name SET NOT NULL;

ALTER TABLE player DROP CONSTRAINT IF EXISTS player_name_not_null_check;
