"""The lock that a server gives to a transaction, for the run that is that transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, RootTransaction, event
from sqlalchemy.exc import DBAPIError

from migrateops import errors

CALLERS = "the caller has begun a transaction"
"""Why there is no lock."""


class TransactionLock(ABC):
    """A lock on the connection of the run itself: as long as the transaction is there, so is the lock.

    A dialect pack derives from it, and says with which statements the server takes the lock, has it outlast
    the transaction, knows of it then and gives it back.

    Args:
        connection: The migrating connection.

    Attributes:
        callers: Whether the transaction is the caller's, so that it has to be of use whatever the answer is.
        refused: Whether somebody else was found to have it.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.callers = False
        self.refused = False
        self._transaction: RootTransaction | None = None
        self._outlasts = False
        self._session: Any = None

    @abstractmethod
    def take(self, connection: Connection) -> bool | None:
        """Ask the server for the lock until the transaction ends, without waiting.

        Returns:
            Whether it gave it; None, without asking, where the transaction would go on seeing what was there
            before.
        """

    @abstractmethod
    def keep(self, connection: Connection) -> bool:
        """Have the server keep the lock, which the transaction has, until the session gives it back.

        Returns:
            Whether it does.  It cannot refuse, but where the transaction has ended and somebody else has the
            lock by now.
        """

    @abstractmethod
    def has(self, connection: Connection) -> bool:
        """Ask the server whether this session has the lock that it was told to keep."""

    @abstractmethod
    def give_back(self, connection: Connection) -> None:
        """Have the server release what it was told to keep."""

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now.

        The connection has to be in a transaction, which is of no more use where the answer is no; but for one
        of the caller's, of which it may be asked again.

        Raises:
            LockUnavailable: A transaction of the caller's cannot have it.
        """
        if self.callers:
            # Of a question that the server does not understand, the transaction would not recover.
            with self.connection.begin_nested():
                taken = self.take(self.connection)
            if taken is None:
                raise errors.lock.LockUnavailable(CALLERS)
        else:
            taken = self._taken()
        self.refused = taken is False
        self._transaction = self.connection.get_transaction() if taken else None
        return bool(taken)

    def _taken(self) -> bool | None:
        try:
            return self.take(self.connection)
        except DBAPIError as error:
            if error.connection_invalidated:
                # What was set on it (a search path, a role) is not set on the next one.
                raise
            # A server that is only much like the one that the pack is for.
            return None

    def held(self) -> bool:
        """Say whether the lock is still held; the server is asked."""
        if self.connection.closed or self.connection.invalidated:
            return False
        if self.callers:
            # Whoever ends it before the run is over has what is done so far committed by it.
            return self._transaction is not None
        if not self._outlasts and (self._transaction is None or not self._transaction.is_active):
            return False
        try:
            return self.has(self.connection)
        except DBAPIError as error:
            # A transaction that has failed cannot be asked, nor be committed, with the lock or without.
            return not error.connection_invalidated

    @property
    def ends_with_transaction(self) -> bool:
        """Whether only the end of the transaction can have taken the lock, as the session is there."""
        lost = self.connection.closed or self.connection.invalidated
        return not lost and not self._outlasts and self._transaction is not None

    def outlast(self) -> bool:
        """Hold the lock until ``release()``, whatever becomes of the transaction; called before it ends.

        Or right behind, where it could not be asked in that; it is taken again then if nobody else has it.

        Returns:
            Whether it is held: it may be lost where it could only be asked for afterwards.
        """
        if not self._outlasts:
            self._outlasts = self.keep(self.connection)
            if self._outlasts:
                self._session = self.connection.connection.dbapi_connection
                event.listen(self.connection.engine, "checkin", self._end_session)
            else:
                self._transaction = None
        return self._outlasts

    def release(self) -> None:
        """Give back what has outlasted the transaction; no statement is sent where nothing has."""
        outlasts, self._outlasts, self._transaction = self._outlasts, False, None
        connection = self.connection
        if outlasts:
            event.remove(connection.engine, "checkin", self._end_session)
            self._session = None
        if not outlasts or connection.closed or connection.invalidated:
            return
        callers = connection.in_transaction()
        try:
            self.give_back(connection)
        except DBAPIError:
            # The session must not go back to a pool, for whoever is next to hold the lock unknowingly.
            with suppress(DBAPIError):
                connection.invalidate()
        finally:
            if not callers:
                connection.rollback()

    def _end_session(self, session: Any, record: Any) -> None:
        """End the session that holds the lock where it goes back to a pool: a script has closed it."""
        if session is not None and session is self._session:
            record.invalidate()
