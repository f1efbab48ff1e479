"""What Alembic has and core has not in that form: thin, and made of core's."""
