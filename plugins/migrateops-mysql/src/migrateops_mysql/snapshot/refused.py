"""Server defaults that the server does not take, found with temporary tables that are dropped."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.schema import CreateTable, DefaultClause

from migrateops.dialects import first_refused

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = "migrateops_defaults"
# A row has no room for many more texts.
_TOGETHER = 30
# Syntax, a value of another type, a text with a default, ON UPDATE of no time, a function.  What is not
# known may be another column.
_REFUSED = frozenset({1064, 1067, 1101, 1294, 1674, 1901})


def refused(connection: Connection, columns: Sequence[Column[Any]]) -> tuple[Column[Any], str] | None:
    """Return the first of columns whose default the server refuses, and what it says.

    Two statements for some tens of them; where the first fails, for each.  None ends a transaction.

    Args:
        connection: The migrating connection.
        columns: Columns with a server default.
    """
    return first_refused(connection, columns, _TOGETHER, _problem)


def _problem(connection: Connection, columns: Sequence[Column[Any]]) -> str | None:
    """Return what the server says against a table of these columns; empty if it is about something else."""
    table = Table(_NAME, MetaData(), *map(_alone, range(len(columns)), columns), prefixes=["TEMPORARY"])
    try:
        # Percent signs are doubled, as the driver takes them.
        connection.exec_driver_sql(str(CreateTable(table).compile(dialect=connection.dialect)))
    except (CompileError, DBAPIError) as error:
        arguments = getattr(getattr(error, "orig", None), "args", ())
        return str(arguments[-1]) if arguments and arguments[0] in _REFUSED else ""
    connection.exec_driver_sql(f"DROP TEMPORARY TABLE {_NAME}")
    return None


def _alone(number: int, column: Column[Any]) -> Column[Any]:
    default: Any = column.server_default
    return Column(f"c{number}", copy.copy(column.type), server_default=DefaultClause(default.arg))
