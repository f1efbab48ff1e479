COMMENT ON COLUMN player.name IS ''
/
