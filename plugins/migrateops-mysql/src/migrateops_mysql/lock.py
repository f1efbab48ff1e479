"""One run at a time, by a named lock of the server."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

_TRY = text("SELECT GET_LOCK(:name, 0)")
_HELD = text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()")
_RELEASE = text("SELECT RELEASE_LOCK(:name)")
_LONGEST = 64


class NamedLock:
    """A lock of the session, on a connection of its own that is in autocommit.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server's names are at most 64 characters long, and those
            of all its databases are in one space.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine = engine
        self.name = f"migrateops:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
        assert len(self.name) <= _LONGEST
        self._connection: Connection | None = None
        self._taken = False

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now."""
        if self.held():
            # Taken twice, it would have to be released twice.
            return True
        if self._connection is None or self._connection.invalidated:
            self._close()
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._taken = bool(self._connection.execute(_TRY, {"name": self.name}).scalar_one())
        return self._taken

    def held(self) -> bool:
        """Say whether the lock is still held; a lost connection has lost it."""
        if not self._taken or self._connection is None or self._connection.invalidated:
            return False
        try:
            self._taken = bool(self._connection.execute(_HELD, {"name": self.name}).scalar_one())
        except DBAPIError:
            self._taken = False
        return self._taken

    def release(self) -> None:
        """Give the lock back, and the connection to its pool."""
        if self._connection is not None and self.held():
            with suppress(DBAPIError):
                self._connection.execute(_RELEASE, {"name": self.name})
        self._close()

    def _close(self) -> None:
        connection, self._connection, self._taken = self._connection, None, False
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()
