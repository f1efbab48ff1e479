COMMENT ON TABLE other.player IS ''
/
