"""Server defaults that SQLite does not take, found in a database of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import CompileError

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.engine import Dialect


def refused(columns: Sequence[Column[Any]], dialect: Dialect) -> tuple[Column[Any], str] | None:
    """Return the first of columns whose default cannot be in CREATE TABLE, and what SQLite says.

    Args:
        columns: Columns with a server default.
        dialect: What they are written with.
    """
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # of no statement
    taken: set[str | None] = set()
    with closing(sqlite3.connect(":memory:")) as connection:
        for number, column in enumerate(columns):
            try:
                default = compiler.get_column_default_string(column)
            except CompileError:
                continue
            if default in taken:
                # Many columns have the same.
                continue
            taken.add(default)
            # Brackets are written where an expression needs them.
            plain = _problem(connection, f"CREATE TABLE t{number} (c DEFAULT {default})")
            if plain is not None:
                problem = _problem(connection, f"CREATE TABLE t{number} (c DEFAULT ({default}))")
                if problem is not None:
                    return column, problem
    return None


def _problem(connection: sqlite3.Connection, statement: str) -> str | None:
    try:
        connection.execute(statement)
    except sqlite3.Error as exc:
        return str(exc)
    return None
