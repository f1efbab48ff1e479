"""The tables of a MySQL or MariaDB database as records."""
