ALTER TABLE player ADD COLUMN added INTEGER;

COMMENT ON COLUMN player.added IS 'it''s 100%';
