"""The modules of Alembic by name, each made of ours."""
