"""What an exception of the driver is about, for code that must not know the driver."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects.base import ErrorKind
from migrateops.dialects.driver_errors import of_driver

_PRIMARY: dict[int, ErrorKind] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CONSTRAINT: "constraint",
    sqlite3.SQLITE_IOERR: "lost",
    sqlite3.SQLITE_CANTOPEN: "lost",
    sqlite3.SQLITE_READONLY: "denied",
    sqlite3.SQLITE_PERM: "denied",
    sqlite3.SQLITE_FULL: "full",
}

_REFUSALS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH})


def refused(error: DBAPIError) -> bool:
    """Say whether the database refuses a statement for what it says, or for the rows that there are.

    It is not, where the disk is full, somebody else is writing, or the connection is lost.
    """
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in _REFUSALS and error_kind(error) not in ("locked", "lost")


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    ``lost`` is a closed connection, or a file that can no longer be read or opened; ``unsupported`` is a
    syntax that this version of the database does not have, or a change that its ALTER TABLE cannot make.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy or by this tool.
    """
    if isinstance(exception, errors.database.DatabaseLocked):
        return "locked"
    if not isinstance(exception, sqlite3.Error):
        return None
    if isinstance(exception, sqlite3.NotSupportedError):
        return "unsupported"
    code = getattr(exception, "sqlite_errorcode", None)
    if isinstance(code, int):
        if code == sqlite3.SQLITE_READONLY_DBMOVED:
            return "lost"
        if code & 0xFF in _PRIMARY:
            return _PRIMARY[code & 0xFF]
    text = str(exception).lower()
    if "closed database" in text:
        return "lost"
    if text.endswith(": syntax error") or text.startswith(("cannot add a ", "cannot drop ")):
        return "unsupported"
    return "constraint" if isinstance(exception, sqlite3.IntegrityError) else None
