"""The tables of a DuckDB database as records."""
