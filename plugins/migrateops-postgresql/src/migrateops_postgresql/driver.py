"""What the driver knows of its transaction; asked of the driver's own state, never of the server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

# libpq's numbers, the same in every driver made on it.
_IDLE, _IN_ERROR, _UNKNOWN = 0, 3, 4


def autocommits(connection: Connection) -> bool:
    """Say whether the driver leaves each statement to be committed by itself."""
    return bool(getattr(connection.connection.dbapi_connection, "autocommit", False))


def in_transaction(connection: Connection) -> bool | None:
    """Say whether the server is in a transaction on this connection; None when the driver cannot tell."""
    status = _status(connection)
    if status is not None:
        return None if status == _UNKNOWN else status != _IDLE
    ask = getattr(connection.connection.driver_connection, "is_in_transaction", None)
    return bool(ask()) if callable(ask) else None


def failed(connection: Connection) -> bool:
    """Say whether the transaction can only be rolled back; False when the driver cannot tell."""
    return _status(connection) == _IN_ERROR


def _status(connection: Connection) -> int | None:
    raw: Any = connection.connection.driver_connection
    # Asked around each statement: what psycopg has as ``info`` is made anew each time, its ``pgconn`` is not.
    known = getattr(raw, "pgconn", None) or getattr(raw, "info", None)
    status = getattr(known, "transaction_status", None)
    return None if status is None else int(status)
