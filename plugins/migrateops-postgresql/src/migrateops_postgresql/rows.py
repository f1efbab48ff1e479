"""Rows by COPY, where that leaves the same values and defaults as INSERT."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TableClause, text, types
from sqlalchemy.exc import DBAPIError

from migrateops.ddl import lower
from migrateops.ddl.rows import InsertRows, bind_processor, column_of, kinds_of, makes_defaults
from migrateops.operations import Operations, Target, ops
from migrateops_postgresql import copy_text

_WORTH_A_QUESTION = 100
"""With fewer rows, asking what the table is like takes longer than inserting them."""

# COPY knows neither rules nor row security, fills identity columns that refuse values, and needs a table.
_TAKES_COPY = text(
    "SELECT c.relkind IN ('r', 'p') AND NOT c.relhasrules AND NOT c.relrowsecurity AND NOT EXISTS ("
    " SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY(:names)"
    " AND (a.attidentity = 'a' OR a.attgenerated <> ''))"
    " FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(:table)"
)
_NONE = type(None)


def _naive(value: Any) -> bool:
    return value.tzinfo is None


# Where the server makes of a value's text what it makes of the value; the first type that fits counts.
_SAME: tuple[tuple[type[types.TypeEngine[Any]], frozenset[type]], ...] = (
    (types.Enum, frozenset({str})),
    (types.String, frozenset({str})),
    (types.Integer, frozenset({int})),
    (types.REAL, frozenset()),
    (types.Float, frozenset({float, int})),
    (types.Numeric, frozenset({Decimal, int})),
    (types.Boolean, frozenset({bool})),
    (types.DateTime, frozenset({datetime.datetime})),
    (types.Date, frozenset({datetime.date})),
    (types.Time, frozenset({datetime.time})),
    (types.Interval, frozenset({datetime.timedelta})),
    (types.LargeBinary, frozenset({bytes})),
    (types.Uuid, frozenset({UUID})),
    (types.JSON, frozenset({dict, list})),
)


@Operations.lowering_for(ops.BulkInsertOp, dialect="postgresql")
def bulk_insert(op: ops.BulkInsertOp, target: Target) -> Iterator[Any]:
    """Yield what standard SQL has, plain rows so that they can be copied."""
    for statement in lower.bulk_insert(op, target):
        if isinstance(statement, InsertRows):
            yield CopyRows(statement.table, statement.rows)
        else:
            yield statement


@dataclass(frozen=True)
class CopyRows(InsertRows):
    """Rows that go by COPY if the table and the values are plain, else by INSERT."""

    def run(self, connection: Connection) -> None:
        """Send the rows, in one statement where COPY does what INSERT would."""
        if self._can_be_copied(connection):
            copy_rows(self, connection)
        else:
            super().run(connection)

    def _can_be_copied(self, connection: Connection) -> bool:
        dialect = connection.dialect
        if dialect.driver != "psycopg" or dialect.is_async or len(self.rows) < _WORTH_A_QUESTION:
            return False
        if connection.get_execution_options().get("schema_translate_map"):
            return False
        keys = self.keys
        if makes_defaults(self.table, keys) or not all(_plain(self, key) for key in keys):
            return False
        names = [self.table.c[key].name for key in keys]
        asked = {"names": names, "table": table_name(self.table, dialect)}
        # Through SQLAlchemy: whoever watches the connection sees that something is about to be written.
        return bool(connection.execute(_TAKES_COPY, asked).scalar())


def _plain(insert: InsertRows, key: str) -> bool:
    """Say whether the values of a column mean the same as text as they do as values."""
    type_ = insert.table.c[key].type
    fits = next((kinds for base, kinds in _SAME if isinstance(type_, base)), None)
    kinds = kinds_of(insert.rows, key) - {_NONE}
    if fits is None or not kinds <= fits:
        return False
    if isinstance(type_, types.DateTime | types.Time) and not type_.timezone:
        # An offset would be read over, where INSERT converts by it.
        return all(row[key] is None or _naive(row[key]) for row in insert.rows)
    return True


def table_name(table: TableClause, dialect: Any) -> str:
    """Return a table's name as SQL."""
    return _single(dialect.identifier_preparer.format_table(table))


def _single(quoted: str) -> str:
    """Return a name without the doubling of percent signs, which is for statements with parameters."""
    return quoted.replace("%%", "%")


def copy_rows(insert: InsertRows, connection: Connection) -> None:
    """Send rows by COPY; columns that they leave out get their defaults from the server."""
    dialect = connection.dialect
    keys = insert.keys
    quote = dialect.identifier_preparer.quote
    names = ", ".join(_single(quote(insert.table.c[key].name)) for key in keys)
    made: list[Callable[[Any], Any] | None] = [bind_processor(insert.table, key, dialect) for key in keys]
    # SQLAlchemy has no COPY: the driver's own connection.
    raw: Any = connection.connection.driver_connection
    statement = f"COPY {table_name(insert.table, dialect)} ({names}) FROM STDIN"
    values = [list(column_of(insert.rows, key, process)) for key, process in zip(keys, made, strict=True)]
    texts = copy_text.lines(values)
    error_class: Any = dialect.loaded_dbapi.Error
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            if texts is not None:
                for part in texts:
                    copy.write(part)
            else:
                for row in zip(*values, strict=True):
                    copy.write_row(row)
    except error_class as error:
        raise DBAPIError.instance(statement, None, error, error_class, dialect=dialect) from error
