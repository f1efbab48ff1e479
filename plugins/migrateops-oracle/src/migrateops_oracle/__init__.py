"""The dialect pack for Oracle Database; nothing is imported before a connection or a script asks for it."""
