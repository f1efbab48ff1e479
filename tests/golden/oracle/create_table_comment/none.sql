COMMENT ON TABLE player IS ''
/
