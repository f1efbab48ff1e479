COMMENT ON TABLE other.player IS 'it''s 100%'
/
