"""One run at a time, by a named lock of the server."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, Engine, text

from migrateops.dialects import SessionLock

_TRY = text("SELECT GET_LOCK(:name, 0)")
_HELD = text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()")
_RELEASE = text("SELECT RELEASE_LOCK(:name)")
_LONGEST = 64


class NamedLock(SessionLock):
    """A named lock of the session.

    Args:
        engine: Where the connection comes from.
        key: What is locked, of any length; the server's names are at most 64 characters long, and those
            of all its databases are in one space.
    """

    def __init__(self, engine: Engine, key: str) -> None:
        super().__init__(engine)
        self.name = f"migrateops:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
        assert len(self.name) <= _LONGEST

    def take(self, connection: Connection) -> bool:
        """Ask the server for the lock, and return whether it gave it."""
        return bool(connection.execute(_TRY, {"name": self.name}).scalar_one())

    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""
        return bool(connection.execute(_HELD, {"name": self.name}).scalar_one())

    def give_back(self, connection: Connection) -> None:
        """Have the server release the lock."""
        connection.execute(_RELEASE, {"name": self.name})
