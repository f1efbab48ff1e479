ALTER TABLE other.team RENAME TO other.club;
