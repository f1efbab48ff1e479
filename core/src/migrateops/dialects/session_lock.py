"""The lock that a server gives to a session, under a name, until it is given back or the session ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


class SessionLock(ABC):
    """A lock of the session, on a connection of its own that is in autocommit.

    A dialect pack derives from it, and says with which statements the server takes the lock, knows of it
    and gives it back.

    Args:
        engine: Where the connection comes from.

    Attributes:
        connection: What the lock is asked for with, once it has been; None before, and after ``release()``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.connection: Connection | None = None
        self._taken = False

    @abstractmethod
    def take(self, connection: Connection) -> bool:
        """Ask the server for the lock, without waiting, and return whether it gave it."""

    @abstractmethod
    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock."""

    @abstractmethod
    def give_back(self, connection: Connection) -> None:
        """Have the server release the lock; no harm is done where this session has it no more."""

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now."""
        if self.held():
            # Taken twice, it would have to be released twice.
            return True
        if self.connection is None or self.connection.invalidated:
            self._close()
            self.connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._taken = self.take(self.connection)
        return self._taken

    def held(self) -> bool:
        """Say whether the lock is still held; a lost connection has lost it."""
        if not self._taken or self.connection is None or self.connection.invalidated:
            return False
        try:
            self._taken = self.has(self.connection)
        except DBAPIError:
            self._taken = False
        return self._taken

    def release(self) -> None:
        """Give the lock back, and the connection to its pool."""
        if self._taken and self.connection is not None and not self.connection.invalidated:
            with suppress(DBAPIError):
                self.give_back(self.connection)
        self._close()

    def _close(self) -> None:
        connection, self.connection, self._taken = self.connection, None, False
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()
