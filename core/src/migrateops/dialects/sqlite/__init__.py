"""The embedded default: the dialect pack that is part of core."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # Late, as the probe beside it must not import SQLAlchemy.
    if name in ("SQLiteDialect", "pack"):
        from migrateops.dialects.sqlite.dialect import SQLiteDialect

        return SQLiteDialect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
