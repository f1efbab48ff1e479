"""Statements outside a transaction, whatever the driver and the engine begin by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, event

from migrateops.dialects.sqlite import driver

_unbroken: WeakSet[Connection] = WeakSet()


def autocommit(connection: Connection) -> Callable[[], None]:
    """Send COMMIT before and after each statement that finds the driver in a transaction.

    The driver's own autocommit is a setting that others have chosen and may have listeners for; it
    stays as it is.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction; or one in AUTOCOMMIT, where
            that is one in name.

    Returns:
        What ends this, and commits.
    """
    resting = driver.in_transaction(connection)
    callers = connection.in_transaction()

    def commit(*_: Any) -> None:
        if connection not in _unbroken and driver.in_transaction(connection):
            driver.send(connection, "COMMIT")

    def commit_after(*_: Any) -> None:
        # Refused while rows of an INSERT ... RETURNING are not read yet: then the next one commits it.
        with suppress(connection.dialect.loaded_dbapi.OperationalError):
            commit()

    def restore() -> None:
        event.remove(connection, "before_cursor_execute", commit)
        event.remove(connection, "after_cursor_execute", commit_after)
        if connection.closed or connection.invalidated:
            return
        commit()
        if resting:
            # Its commit() fails where there is nothing to commit.
            driver.send(connection, "BEGIN")
        if connection.in_transaction() and not callers:
            connection.commit()

    commit()
    event.listen(connection, "before_cursor_execute", commit)
    event.listen(connection, "after_cursor_execute", commit_after)
    return restore


@contextmanager
def unbroken(connection: Connection) -> Iterator[None]:
    """Commit nothing between the statements of the block, which belong together."""
    _unbroken.add(connection)
    try:
        yield
    finally:
        _unbroken.discard(connection)
