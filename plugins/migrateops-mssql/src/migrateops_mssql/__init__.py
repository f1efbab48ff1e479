"""The dialect pack for SQL Server; nothing is imported before a connection or a script asks for it."""
