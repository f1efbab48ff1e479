"""DDL statements that SQLAlchemy lacks, and how the built-in operations are written by default."""
