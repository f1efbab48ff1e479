ALTER TABLE player ADD COLUMN mood ENUM('fine','so so');
