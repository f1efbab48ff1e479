ALTER TABLE player MODIFY name ENUM('a','50%','it''s') NOT NULL DEFAULT '50%';
