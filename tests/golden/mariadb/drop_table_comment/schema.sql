ALTER TABLE other.player COMMENT '';
