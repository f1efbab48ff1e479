ALTER TABLE player COMMENT 'new';
