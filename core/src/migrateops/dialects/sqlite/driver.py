"""Statements sent past SQLAlchemy, on the driver's own connection.

They begin no SQLAlchemy transaction and run no event listener; a PRAGMA outside a transaction, and
COMMIT where the driver's ``commit()`` does nothing, can only be sent this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def in_transaction(connection: Connection) -> bool:
    """Return whether the driver is in a transaction, whatever SQLAlchemy thinks."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def usable(connection: Connection) -> bool:
    """Say whether statements can be sent: SQLAlchemy gives a connection up when Ctrl-C stops a statement.

    What was not committed is undone then.
    """
    return not (connection.closed or connection.invalidated)


def send(connection: Connection, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
    """Send one statement and return its rows.

    Raises:
        sqlite3.Error: As the driver raised it.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def database_file(connection: Connection) -> str | None:
    """Return the path of the main database, None for one in memory."""
    for _, name, path in send(connection, "PRAGMA database_list"):
        if name == "main":
            return str(path) or None
    return None


def reaches_driver(connection: Connection) -> bool:
    """Return whether the end of a SQLAlchemy transaction ends the driver's.

    It does not where the driver was opened with ``autocommit=True``, nor where the engine leaves
    out rollbacks in autocommit mode.  Asked by doing it, with an empty transaction; so only while the driver
    is in none.
    """
    send(connection, "BEGIN")
    connection.dialect.do_rollback(connection.connection)
    if not in_transaction(connection):
        return True
    send(connection, "ROLLBACK")
    return False
