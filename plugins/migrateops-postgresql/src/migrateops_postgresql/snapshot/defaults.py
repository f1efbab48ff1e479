"""Server defaults that PostgreSQL does not take, found without a table."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import CompileError, DBAPIError

from migrateops.dialects import first_refused
from migrateops_postgresql import driver
from migrateops_postgresql.conversions import is_named
from migrateops_postgresql.snapshot.stored import undone

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection

_TOGETHER = 500
# A script may make what is missing: a sequence, a function, a type, a schema.
_MISSING = frozenset({"42P01", "42883", "42704", "3F000"})


def refused(connection: Connection, columns: Sequence[Column[Any]]) -> tuple[Column[Any], str] | None:
    """Return the first of columns whose default the server refuses, and what it says.

    One statement for some hundreds of them; where it fails, one for each.  Nothing is computed but
    constants.

    Args:
        connection: The migrating connection.
        columns: Columns with a server default.
    """
    if driver.failed(connection):
        return None
    return first_refused(connection, columns, _TOGETHER, _problem)


def _problem(connection: Connection, columns: Sequence[Column[Any]]) -> str | None:
    """Return what the server says against defaults: nothing as None, what may be made yet as empty."""
    written = [_value(column, connection) for column in columns]
    listed = ", ".join(one for one in written if one is not None)
    if not listed:
        return None
    try:
        with undone(connection):
            connection.exec_driver_sql(f"SELECT {listed} WHERE false")
    except DBAPIError as exc:
        state = getattr(exc.orig, "sqlstate", None) or getattr(exc.orig, "pgcode", None)
        return "" if state in _MISSING else str(exc.orig).partition("\n")[0]
    return None


def _value(column: Column[Any], connection: Connection) -> str | None:
    dialect: Any = connection.dialect
    try:
        default = dialect.ddl_compiler(dialect, None).get_column_default_string(column)
        # CAST takes no collation.
        plain: Any = copy.copy(column.type)
        if getattr(plain, "collation", None) is not None:
            plain.collation = None
        type_ = plain.compile(dialect=dialect)
    except CompileError:
        return None
    if default is None:
        return None
    # Percent signs are as they are: there are no parameters.
    return f"({default})" if is_named(column.type, dialect) else f"CAST({default} AS {type_})"
