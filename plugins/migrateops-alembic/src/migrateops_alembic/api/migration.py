"""``alembic.migration`` and ``alembic.environment``: contexts for programs that make their own."""

from __future__ import annotations

from typing import Any

from migrateops.runtime.environment import EnvironmentContext as CoreEnvironment
from migrateops.runtime.migration import MigrationContext as CoreContext
from migrateops_alembic.project import project
from migrateops_alembic.reading import SETTINGS


class MigrationContext(CoreContext):
    """A context that a program makes with ``configure()``."""

    _set_behind = False

    @classmethod
    def configure(cls, connection: Any = None, *args: Any, **kw: Any) -> CoreContext:
        """Make a context; the version table is ``alembic_version`` unless ``opts`` names another."""
        opts = dict(kw.pop("opts", None) or {})
        if kw.get("environment_context") is None:
            opts = project.options(opts, _dialect(connection, kw), connection)
        if not opts.get("version_table"):
            opts["version_table"] = SETTINGS["version_table"]
        kw["opts"] = opts
        return super().configure(connection, *args, **kw)

    @property
    def _migrations_fn(self) -> Any:
        """What returns the steps of a run; extensions set it behind ``configure()``."""
        return self.opts.get("fn")

    @_migrations_fn.setter
    def _migrations_fn(self, function: Any) -> None:
        self.opts["fn"] = function
        self._set_behind = True

    def run_migrations(self, **kw: Any) -> None:
        """Run the steps; a function that was set behind ``configure()`` is for this run alone."""
        try:
            super().run_migrations(**kw)
        finally:
            # Who sets it does so within the transaction of the next run, which would ask the old one.
            if self._set_behind:
                del self.opts["fn"]
                self._set_behind = False


class EnvironmentContext(CoreEnvironment):
    """An environment that a program makes."""

    context_class = MigrationContext


def _dialect(connection: Any, given: dict[str, Any]) -> str | None:
    from sqlalchemy import make_url

    known = getattr(connection, "dialect", None) or given.get("dialect")
    if known is not None:
        return str(known.name)
    if given.get("url") is not None:
        return make_url(given["url"]).get_backend_name()
    name: str | None = given.get("dialect_name")
    return name
