COMMENT ON TABLE player IS 'it''s 100%'
/
