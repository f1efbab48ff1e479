"""The tables of a SQLite database as records."""
