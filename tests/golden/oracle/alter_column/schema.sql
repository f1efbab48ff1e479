ALTER TABLE other.player MODIFY name NOT NULL
/
