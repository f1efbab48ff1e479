"""One run at a time, by an application lock of the server."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

# It returns 0 when it has the lock, less when it has not; with no time to wait, at once.
_TRY = text(
    "SET NOCOUNT ON; DECLARE @got int; EXEC @got = sp_getapplock @Resource = :key, @LockMode = 'Exclusive',"
    " @LockOwner = 'Session', @LockTimeout = 0; SELECT @got"
)
_HELD = text("SELECT APPLOCK_MODE('public', :key, 'Session')")
_RELEASE = text("EXEC sp_releaseapplock @Resource = :key, @LockOwner = 'Session'")


class ApplicationLock:
    """A lock of the session, on a connection of its own that is in autocommit.

    It is asked for without waiting.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server compares 32 characters in plain text.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine = engine
        self.key = f"migrateops_{hashlib.blake2b(key.encode(), digest_size=10).hexdigest()}"
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
        self._taken = self._connection.execute(_TRY, {"key": self.key}).scalar_one() >= 0
        return self._taken

    def held(self) -> bool:
        """Say whether the lock is still held; a lost connection has lost it."""
        if not self._taken or self._connection is None or self._connection.invalidated:
            return False
        try:
            self._taken = self._connection.execute(_HELD, {"key": self.key}).scalar_one() == "Exclusive"
        except DBAPIError:
            self._taken = False
        return self._taken

    def release(self) -> None:
        """Give the lock back, and the connection to its pool."""
        if self._connection is not None and self.held():
            with suppress(DBAPIError):
                self._connection.execute(_RELEASE, {"key": self.key})
        self._close()

    def _close(self) -> None:
        connection, self._connection, self._taken = self._connection, None, False
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()
