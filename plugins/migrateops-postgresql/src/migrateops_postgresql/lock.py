"""One run at a time, by an advisory lock of the server."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, Engine, text

from migrateops.dialects import SessionLock, TransactionLock

# In READ COMMITTED each statement sees what was committed before it.  In other levels the first statement
# of the transaction, which this is, decides what the others see, and comes before the lock is had.
# https://www.postgresql.org/docs/current/transaction-iso.html
_TRY_WITHIN = text(
    "SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed'"
    " THEN pg_try_advisory_xact_lock(:key) END"
)
_TRY = text("SELECT pg_try_advisory_lock(:key)")
_RELEASE = text("SELECT pg_advisory_unlock(:key)")
_HELD = text(
    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND pid = pg_catalog.pg_backend_pid() AND CAST(classid AS bigint) = :high"
    " AND CAST(objid AS bigint) = :low"
    " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
)


def number(key: str) -> int:
    """Return the key by which the server knows what is locked: of 64 bits, with a sign."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _has(connection: Connection, key: int) -> bool:
    unsigned = key & 0xFFFF_FFFF_FFFF_FFFF
    parts = {"high": unsigned >> 32, "low": unsigned & 0xFFFF_FFFF}
    return bool(connection.execute(_HELD, parts).scalar_one())


class AdvisoryLock(SessionLock):
    """An advisory lock of the session.

    It is asked for without waiting: a waiter in the server would be in a transaction, and CREATE
    INDEX CONCURRENTLY waits for all of those.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server's keys are 64 bits wide.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        super().__init__(engine)
        self.key = number(key)

    def take(self, connection: Connection) -> bool:
        """Ask the server for the lock, and return whether it gave it."""
        return bool(connection.execute(_TRY, {"key": self.key}).scalar_one())

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return _has(connection, self.key)

    def give_back(self, connection: Connection) -> None:
        """Have the server release the lock."""
        connection.execute(_RELEASE, {"key": self.key})


class TransactionAdvisoryLock(TransactionLock):
    """An advisory lock of the transaction; the same one as that of a session, for the same key.

    Args:
        connection: The migrating connection.
        key: What is locked, of any length.
    """

    def __init__(self, connection: Connection, key: str) -> None:
        super().__init__(connection)
        self.key = number(key)

    def take(self, connection: Connection) -> bool:
        """Ask for it; not where the transaction is of another level than READ COMMITTED."""
        return bool(connection.execute(_TRY_WITHIN, {"key": self.key}).scalar_one())

    def keep(self, connection: Connection) -> None:
        """Take the lock for the session as well, which cannot be in its own way."""
        connection.execute(_TRY, {"key": self.key})

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return _has(connection, self.key)

    def give_back(self, connection: Connection) -> None:
        """Have the server release that of the session."""
        connection.execute(_RELEASE, {"key": self.key})
