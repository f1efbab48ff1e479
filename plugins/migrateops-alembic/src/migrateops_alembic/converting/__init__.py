"""Turning a project of Alembic's into one of ours: configuration, imports, and the way back."""
