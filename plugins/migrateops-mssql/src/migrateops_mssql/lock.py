"""One run at a time, by an application lock of the server."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, Engine, text

from migrateops.dialects import SessionLock

# It returns 0 when it has the lock, less when it has not; with no time to wait, at once.
_TRY = text(
    "SET NOCOUNT ON; DECLARE @got int; EXEC @got = sp_getapplock @Resource = :key, @LockMode = 'Exclusive',"
    " @LockOwner = 'Session', @LockTimeout = 0; SELECT @got"
)
_HELD = text("SELECT APPLOCK_MODE('public', :key, 'Session')")
_RELEASE = text("EXEC sp_releaseapplock @Resource = :key, @LockOwner = 'Session'")


class ApplicationLock(SessionLock):
    """An application lock of the session.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server compares 32 characters in plain text.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        super().__init__(engine)
        self.key = f"migrateops_{hashlib.blake2b(key.encode(), digest_size=10).hexdigest()}"

    def take(self, connection: Connection) -> bool:
        """Ask the server for the lock, and return whether it gave it."""
        return bool(connection.execute(_TRY, {"key": self.key}).scalar_one() >= 0)

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return bool(connection.execute(_HELD, {"key": self.key}).scalar_one() == "Exclusive")

    def give_back(self, connection: Connection) -> None:
        """Have the server release the lock."""
        connection.execute(_RELEASE, {"key": self.key})
