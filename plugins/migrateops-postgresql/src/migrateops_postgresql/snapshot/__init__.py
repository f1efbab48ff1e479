"""The tables of a PostgreSQL database as records."""
