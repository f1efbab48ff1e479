"""The embedded default: the dialect pack that is part of core."""

from migrateops.dialects.sqlite.dialect import SQLiteDialect

pack = SQLiteDialect
"""What ``migrateops.dialects.embedded()`` looks for."""

__all__ = ["SQLiteDialect", "pack"]
