"""The version table as Alembic makes and writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, literal_column

from migrateops.runtime.version_table import VersionTable

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.runtime.step import RevisionStep

WIDTH = 32


class AlembicVersions(VersionTable):
    """A table as Alembic creates it, and statements as it sends them, so that both leave the same behind."""

    # There are scripts that look at the table.
    before_scripts = True
    make: Callable[..., Table] | None = None

    def __init__(self, table: Table, *, send: Any, has_table: Callable[..., bool]) -> None:
        if self.make is None:
            table.c.version_num.type = String(WIDTH)
        else:
            table = self.make(
                version_table=table.name,
                version_table_schema=table.schema,
                version_table_pk=bool(len(table.primary_key)),
            )
        super().__init__(table, send=send, has_table=has_table)

    def described(self, step: RevisionStep) -> str:
        """Return what Alembic says, which programs look for that take its SQL apart."""
        kind = "stamp_revision" if step.step.kind == "stamp" else step.step.kind
        return f"{kind} {', '.join(step.step.source)} -> {', '.join(step.step.destination)}"

    def create(self, *, if_not_exists: bool = False) -> None:
        """Send CREATE TABLE; an offline script of Alembic's is for a database that it knows, too."""
        super().create()

    def _inserting(self, new: str) -> Any:
        # What the server evaluates is asked back from it.
        value: ColumnElement[str] = literal_column("'" + new.replace("'", "''") + "'")
        return self.table.insert().values(version_num=value)


def made_by(make: Callable[..., Table] | None) -> type[AlembicVersions]:
    """Return the class for tables that a function of the project makes, as ``version_table_impl`` does."""
    if make is None:
        return AlembicVersions
    return type("ProjectVersions", (AlembicVersions,), {"make": staticmethod(make)})
