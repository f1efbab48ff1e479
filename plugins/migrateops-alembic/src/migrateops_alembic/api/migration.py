"""``alembic.migration``: a context that knows the version table by Alembic's name."""

from __future__ import annotations

from typing import Any

from migrateops.runtime.migration import MigrationContext as CoreContext
from migrateops_alembic.reading import SETTINGS


class MigrationContext(CoreContext):
    """A context that a program makes with ``configure()``."""

    @classmethod
    def configure(cls, *args: Any, **kw: Any) -> CoreContext:
        """Make a context; the version table is ``alembic_version`` unless ``opts`` names another."""
        opts = dict(kw.pop("opts", None) or {})
        if not opts.get("version_table"):
            opts["version_table"] = SETTINGS["version_table"]
        kw["opts"] = opts
        return super().configure(*args, **kw)
