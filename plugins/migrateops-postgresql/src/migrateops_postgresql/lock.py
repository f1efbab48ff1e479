"""One run at a time, by an advisory lock of the server."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

_TRY = text("SELECT pg_try_advisory_lock(:key)")
_RELEASE = text("SELECT pg_advisory_unlock(:key)")
_HELD = text(
    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND pid = pg_catalog.pg_backend_pid() AND CAST(classid AS bigint) = :high"
    " AND CAST(objid AS bigint) = :low"
    " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
)


class AdvisoryLock:
    """A lock of the session, on a connection of its own that is in autocommit.

    It is asked for without waiting: a waiter in the server would be in a transaction, and CREATE
    INDEX CONCURRENTLY waits for all of those.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server's keys are 64 bits wide.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine = engine
        self.key = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
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
        self._taken = bool(self._connection.execute(_TRY, {"key": self.key}).scalar_one())
        return self._taken

    def held(self) -> bool:
        """Say whether the lock is still held; a lost connection has lost it."""
        if not self._taken or self._connection is None or self._connection.invalidated:
            return False
        unsigned = self.key & 0xFFFF_FFFF_FFFF_FFFF
        parts = {"high": unsigned >> 32, "low": unsigned & 0xFFFF_FFFF}
        try:
            self._taken = bool(self._connection.execute(_HELD, parts).scalar_one())
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
