"""One run at a time, by an advisory lock of the server."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from migrateops.dialects import SessionLock
from migrateops_postgresql import transaction_lock


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
        self.key = transaction_lock.number(key)

    def take(self, connection: Connection) -> bool:
        """Ask the server for the lock, and return whether it gave it."""
        return bool(connection.execute(text(transaction_lock.TRY), {"key": self.key}).scalar_one())

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return transaction_lock.has(connection, self.key)

    def give_back(self, connection: Connection) -> None:
        """Have the server release the lock."""
        connection.execute(text(transaction_lock.RELEASE), {"key": self.key})
