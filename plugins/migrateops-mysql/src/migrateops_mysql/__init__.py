"""The dialect pack for MySQL and MariaDB; nothing is imported before a connection or a script asks for it."""
