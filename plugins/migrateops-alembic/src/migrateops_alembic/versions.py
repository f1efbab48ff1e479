"""The version table as Alembic makes and writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, literal_column

from migrateops.runtime.version_table import VersionTable

if TYPE_CHECKING:
    from sqlalchemy import Table

WIDTH = 32


class AlembicVersions(VersionTable):
    """A table as Alembic creates it, and statements as it sends them, so that both leave the same behind."""

    def __init__(self, table: Table, *, send: Any) -> None:
        table.c.version_num.type = String(WIDTH)
        super().__init__(table, send=send)

    def create(self, *, if_not_exists: bool = False) -> None:
        """Send CREATE TABLE; an offline script of Alembic's is for a database that it knows, too."""
        super().create()

    def _inserting(self, new: str) -> Any:
        # What the server evaluates is asked back from it.
        value: ColumnElement[str] = literal_column("'" + new.replace("'", "''") + "'")
        return self.table.insert().values(version_num=value)
