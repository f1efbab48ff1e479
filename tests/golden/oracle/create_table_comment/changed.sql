COMMENT ON TABLE player IS 'new'
/
