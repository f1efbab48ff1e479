"""Server defaults that the server does not take, found with temporary tables that are dropped."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.schema import CreateTable, DefaultClause

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
    begun = connection.in_transaction()
    try:
        for start in range(0, len(columns), _TOGETHER):
            some = columns[start : start + _TOGETHER]
            if _failure(connection, some) is None:
                continue
            for column in some:
                number, problem = _failure(connection, [column]) or (0, "")
                if number in _REFUSED:
                    return column, problem
    finally:
        if not begun:
            connection.rollback()
    return None


def _failure(connection: Connection, columns: Sequence[Column[Any]]) -> tuple[int, str] | None:
    """Return number and text of what the server says against a table of these columns, or None."""
    table = Table(_NAME, MetaData(), *map(_alone, range(len(columns)), columns), prefixes=["TEMPORARY"])
    try:
        # Percent signs are doubled, as the driver takes them.
        connection.exec_driver_sql(str(CreateTable(table).compile(dialect=connection.dialect)))
    except (CompileError, DBAPIError) as error:
        arguments = getattr(getattr(error, "orig", None), "args", ())
        number = arguments[0] if arguments and isinstance(arguments[0], int) else 0
        return number, str(arguments[-1] if arguments else error)
    connection.exec_driver_sql(f"DROP TEMPORARY TABLE {_NAME}")
    return None


def _alone(number: int, column: Column[Any]) -> Column[Any]:
    default: Any = column.server_default
    return Column(f"c{number}", copy.copy(column.type), server_default=DefaultClause(default.arg))
