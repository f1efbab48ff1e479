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
    with closing(sqlite3.connect(":memory:")) as connection:
        for number, column in enumerate(columns):
            try:
                default = compiler.get_column_default_string(column)
            except CompileError:
                continue
            try:
                connection.execute(f"CREATE TABLE t{number} (c DEFAULT {default})")
            except sqlite3.Error as exc:
                return column, str(exc)
    return None
