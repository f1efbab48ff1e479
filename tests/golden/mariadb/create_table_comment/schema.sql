ALTER TABLE other.player COMMENT 'it''s 100%';
