"""Tables that inherit columns from others, by INHERITS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.snapshot.records import TableRecord

OPTION = "inherits"


def parents(record: TableRecord) -> Iterator[tuple[str | None, str]]:
    """Yield schema and name of the tables that a table inherits from.

    Args:
        record: The table, of the database or of the models.
    """
    for written in filter(None, dict(record.options).get(OPTION, "").split(", ")):
        schema, _, name = written.rpartition(".")
        yield schema or None, name


def inherited(table: Table) -> frozenset[str]:
    """Return the names of the columns that tables of the models have from others of the models.

    Args:
        table: The table of the models.
    """
    said: Any = table.dialect_kwargs.get("postgresql_inherits") or ()
    names = [said] if isinstance(said, str) else [str(name) for name in said]
    found = (table.metadata.tables.get(name) for name in names)
    return frozenset(str(column.name) for one in found if one is not None for column in one.columns)
