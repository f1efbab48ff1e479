"""Revisions as a pure graph: no database, no SQLAlchemy, and text instead of files."""
