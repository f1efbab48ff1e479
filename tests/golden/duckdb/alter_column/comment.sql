COMMENT ON COLUMN player.name IS 'it''s 100%';
