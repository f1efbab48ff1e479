ALTER TABLE other.player DROP COLUMN name;
