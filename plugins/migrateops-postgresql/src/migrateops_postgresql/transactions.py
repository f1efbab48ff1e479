"""A step in one real transaction, watched as long as it lasts.

Drivers begin a transaction by themselves before the first statement, unless the engine was made for
autocommit; then BEGIN, COMMIT and ROLLBACK go as text, so that a step is atomic all the same.  That the
transaction is still there is read from the driver's state, which costs no round trip.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects import Transaction
from migrateops_postgresql import driver
from migrateops_postgresql.errors import FailedTransaction, NeedsAutocommitBlock
from migrateops_postgresql.statement_text import Effect, effect, ends_among

# Of the statements that write, for the error that lists them: how many, and how much of each.
_REMEMBERED, _KEPT = 3, 500
_HAS_FAILED = "25P02"  # in_failed_sql_transaction


class PostgreSQLTransaction(Transaction):
    """The transaction around a step; made by ``begin()`` and ``join()``.

    While it lasts, each statement sent through SQLAlchemy on this connection is looked at, before
    it is sent.  ``COMMIT`` in a script of ours is done, as scripts have relied on it to get out of a
    transaction; from there the step is not atomic, and says so.

    Args:
        connection: The migrating connection, in a transaction of SQLAlchemy's.
        owned: Whether ``commit()`` makes the step durable.
        own_root: Whether SQLAlchemy's transaction was begun for the step.
        by_text: Whether the driver is in autocommit, so that BEGIN and COMMIT go as text.
    """

    def __init__(self, connection: Connection, *, owned: bool, own_root: bool, by_text: bool) -> None:
        super().__init__(connection, owned=owned)
        self._sqlalchemy = connection.get_transaction()
        self._own_root = own_root
        self._by_text = by_text
        # Whether the server must be in a transaction: drivers begin it with the first statement.
        self._expected = by_text or bool(driver.in_transaction(connection))
        self._released = False
        self._watching = False
        self._does: Effect | None = None  # the statement that is being sent
        self._applied: list[str] = []
        self._written = 0
        self._asks_late = False
        if by_text:
            connection.exec_driver_sql("BEGIN")
        self._watch(True)

    def check(self) -> None:
        """Make sure that the transaction is still the one that was begun, and can be committed.

        Raises:
            NoLongerAtomic: It was ended under the step.
            FailedTransaction: A statement failed in it.
        """
        if self._sqlalchemy is None or not self._sqlalchemy.is_active:
            raise self._gone()
        self._check_driver()
        if driver.failed(self.connection):
            raise FailedTransaction

    def commit(self) -> None:
        """End the step: send COMMIT if the transaction is ours, nothing if it is the caller's.

        Raises:
            NoLongerAtomic: The transaction was ended under the step.
            FailedTransaction: A statement failed in it.
        """
        self.check()
        self._watch(False)
        if self._by_text and driver.in_transaction(self.connection) is not False:
            self.connection.exec_driver_sql("COMMIT")
        if self._own_root and self._sqlalchemy is not None:
            self._sqlalchemy.commit()

    def rollback(self) -> None:
        """Undo the step: send ROLLBACK if the transaction is ours, leave it to the caller if not.

        May be called after a failed ``commit()``, and more than once.
        """
        self._watch(False)
        lost = self.connection.closed or self.connection.invalidated
        try:
            if self._by_text and not lost and driver.in_transaction(self.connection) is not False:
                self.connection.exec_driver_sql("ROLLBACK")
        finally:
            if self._own_root:
                # Of the connection: a script that committed by itself has left it in another transaction.
                self.connection.rollback()

    def _watch(self, on: bool) -> None:
        if on == self._watching:
            return
        self._watching = on
        change = event.listen if on else event.remove
        change(self.connection, "before_cursor_execute", self._before)
        change(self.connection, "after_cursor_execute", self._after)

    def _before(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._check_driver()
        self._does = effect(statement)
        does = None if self._released else self._does
        if does == "refused":
            raise (
                NeedsAutocommitBlock(statement)
                if self.owned
                else errors.database.StatementInCallersTransaction(statement)
            )
        if does == "rolls back" or (does == "commits" and not self.owned):
            raise errors.database.TransactionControl(statement)
        if self.owned and (self._does == "commits" or ends_among(statement)):
            own = self._does
            self._asks_late = not self._asked_ahead(connection)
            self._does = own  # what is asked there has come by here as well
        if does == "commits":
            self._released = True
            self.atomic = False
            self.notes.append("the script sends COMMIT: what it did before that stays if the step fails")

    def _asked_ahead(self, connection: Connection) -> bool:
        """Call ``before_commit()``; not in a transaction that has failed, of which a commit is a ROLLBACK."""
        if driver.failed(connection):
            return False
        try:
            self.before_commit()
        except DBAPIError as error:
            # A driver that cannot tell.
            if getattr(error.orig, "sqlstate", None) != _HAS_FAILED:
                raise
            return False
        return True

    def _after(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if self._does is None:
            self._written += 1
            if len(self._applied) < _REMEMBERED:
                self._applied.append(statement[:_KEPT])
        self._expected = True
        self._check_driver()
        if self._asks_late:
            self._asks_late = False
            self.before_commit()

    def _check_driver(self) -> None:
        if self._expected and not self._released and driver.in_transaction(self.connection) is False:
            raise self._gone()

    def _gone(self) -> errors.database.NoLongerAtomic:
        return errors.database.NoLongerAtomic(tuple(self._applied), self._written)


def begin(connection: Connection) -> Transaction:
    """Begin a transaction that is ours.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction.
    """
    by_text = driver.autocommits(connection)
    root = connection.begin()
    try:
        return PostgreSQLTransaction(connection, owned=True, own_root=True, by_text=by_text)
    except BaseException:
        root.rollback()
        raise


def join(connection: Connection) -> Transaction:
    """Run a step inside the transaction that the caller has begun.

    Where the driver is in autocommit, that transaction does not reach the server: the step gets one of
    its own, and is durable when it ends.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
    """
    by_text = driver.autocommits(connection) and driver.in_transaction(connection) is False
    return PostgreSQLTransaction(connection, owned=by_text, own_root=False, by_text=by_text)
