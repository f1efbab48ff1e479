"""Tables that inherit columns from others, by INHERITS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.snapshot.records import TableRecord

OPTION = "inherits"
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def parents(record: TableRecord) -> Iterator[tuple[str | None, str]]:
    """Yield schema and name of the tables that a table inherits from.

    Args:
        record: The table, of the database or of the models.
    """
    for written in filter(None, dict(record.options).get(OPTION, "").split(", ")):
        schema, _, name = written.rpartition(".")
        yield schema or None, name


def named(table: Table) -> list[str]:
    """Return the names of what a table of the models inherits from, as records have them.

    One in another schema is given in SQL, as a ``quoted_name`` that SQLAlchemy puts no quotes around.

    Args:
        table: The table of the models.
    """
    # Only an object that was given some has them.
    if "dialect_options" not in vars(table):
        return []
    said: Any = table.dialect_kwargs.get("postgresql_inherits") or ()
    return [
        _QUOTED.sub(_without_quotes, name) if getattr(name, "quote", None) is False else str(name)
        for name in ([said] if isinstance(said, str) else said)
    ]


def _without_quotes(found: re.Match[str]) -> str:
    return found[1].replace('""', '"')


def inherited(table: Table) -> frozenset[str]:
    """Return the names of the columns that tables of the models have from others of the models.

    Args:
        table: The table of the models.
    """
    found = (table.metadata.tables.get(name) for name in named(table))
    return frozenset(str(column.name) for one in found if one is not None for column in one.columns)
