ALTER TABLE other.team RENAME TO club;
