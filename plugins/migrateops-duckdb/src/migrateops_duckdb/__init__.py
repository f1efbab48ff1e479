"""The dialect pack for DuckDB; nothing is imported before a connection or a script asks for it."""
