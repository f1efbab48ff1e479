ALTER TABLE player ADD added INTEGER
/

COMMENT ON COLUMN player.added IS 'it''s 100%'
/
