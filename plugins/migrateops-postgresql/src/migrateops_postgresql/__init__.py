"""The dialect pack for PostgreSQL; nothing is imported before a connection or a script asks for it."""
