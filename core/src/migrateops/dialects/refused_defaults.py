"""Server defaults that a server does not take, asked for several at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection

Problem = Callable[["Connection", Sequence["Column[Any]"]], str | None]


def first_refused(
    connection: Connection, columns: Sequence[Column[Any]], at_once: int, problem: Problem
) -> tuple[Column[Any], str] | None:
    """Return the first of columns whose default the server refuses, and what it says.

    Of each so many at once, and one by one where that fails.  A transaction that this begins is ended.

    Args:
        connection: The migrating connection.
        columns: Columns with a server default.
        at_once: How many are asked for together.
        problem: Asks the server for some; returns None where it takes them, and nothing, as an empty
            text, where what it says is no reason to refuse one.
    """
    begun = connection.in_transaction()
    try:
        for start in range(0, len(columns), at_once):
            some = columns[start : start + at_once]
            if problem(connection, some) is None:
                continue
            for column in some:
                said = problem(connection, [column])
                if said:
                    return column, said
    finally:
        if not begun:
            connection.rollback()
    return None
