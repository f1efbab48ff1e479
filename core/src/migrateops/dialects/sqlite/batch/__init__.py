"""A batch on SQLite: what ALTER TABLE cannot do is done by a new table, made from the text of the old one."""
