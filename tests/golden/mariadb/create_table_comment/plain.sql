ALTER TABLE player COMMENT 'it''s 100%';
