"""The lock of a run that is one transaction: an advisory lock of that, and what both kinds have in common."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

from migrateops.dialects import TransactionLock

# In READ COMMITTED each statement sees what was committed before it.  In other levels the first statement
# of the transaction, which this is, decides what the others see, and comes before the lock is had.
# https://www.postgresql.org/docs/current/transaction-iso.html
_TRY_WITHIN = (
    "SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed'"
    " THEN pg_try_advisory_xact_lock(:key) END"
)
TRY = "SELECT pg_try_advisory_lock(:key)"
RELEASE = "SELECT pg_advisory_unlock(:key)"
_HELD = (
    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND pid = pg_catalog.pg_backend_pid() AND CAST(classid AS bigint) = :high"
    " AND CAST(objid AS bigint) = :low"
    " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
)


def number(key: str) -> int:
    """Return the key by which the server knows what is locked: of 64 bits, with a sign."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def has(connection: Connection, key: int) -> bool:
    """Ask the server whether this session has the lock of a key."""
    unsigned = key & 0xFFFF_FFFF_FFFF_FFFF
    parts = {"high": unsigned >> 32, "low": unsigned & 0xFFFF_FFFF}
    return bool(connection.execute(text(_HELD), parts).scalar_one())


class TransactionAdvisoryLock(TransactionLock):
    """An advisory lock of the transaction; the same one as that of a session, for the same key.

    Args:
        connection: The migrating connection.
        key: What is locked, of any length.
    """

    def __init__(self, connection: Connection, key: str) -> None:
        super().__init__(connection)
        self.key = number(key)

    def take(self, connection: Connection) -> bool | None:
        """Ask for it; not where the transaction is of another level than READ COMMITTED."""
        taken: bool | None = connection.execute(text(_TRY_WITHIN), {"key": self.key}).scalar_one()
        return taken

    def keep(self, connection: Connection) -> bool:
        """Take the lock for the session as well, which cannot be in its own way."""
        return bool(connection.execute(text(TRY), {"key": self.key}).scalar_one())

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return has(connection, self.key)

    def give_back(self, connection: Connection) -> None:
        """Have the server release that of the session."""
        connection.execute(text(RELEASE), {"key": self.key})
