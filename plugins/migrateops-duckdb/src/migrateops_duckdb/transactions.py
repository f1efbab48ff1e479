"""A step in one real transaction; the engine is asked whether it is still the same one."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects import Transaction
from migrateops_duckdb.errors import FailedTransaction


class DuckDBTransaction(Transaction):
    """The transaction around a step; made by ``begin()`` and ``join()``.

    Args:
        connection: The migrating connection, in a transaction of SQLAlchemy's.
        owned: Whether ``commit()`` makes the step durable.
        own_root: Whether SQLAlchemy's transaction was begun for the step.
        by_text: Whether the connection is in autocommit, so that BEGIN and COMMIT go as text.
    """

    def __init__(self, connection: Connection, *, owned: bool, own_root: bool, by_text: bool) -> None:
        super().__init__(connection, owned=owned)
        self.join_root()
        self._own_root = own_root
        self._by_text = by_text
        if by_text:
            connection.exec_driver_sql("BEGIN")
        self._number = _number(connection)

    def check(self) -> None:
        """Make sure that the transaction is still the one that was begun, and can be committed.

        Raises:
            NoLongerAtomic: It was ended under the step.
            FailedTransaction: A statement failed in it.
        """
        super().check()
        # Each statement outside of a transaction has a number of its own.
        if _number(self.connection) != self._number:
            raise errors.database.NoLongerAtomic

    def commit(self) -> None:
        """End the step: send COMMIT if the transaction is ours, nothing if it is the caller's.

        Raises:
            NoLongerAtomic: The transaction was ended under the step.
            FailedTransaction: A statement failed in it.
        """
        self.check()
        if self._by_text:
            self.connection.exec_driver_sql("COMMIT")
        if self._own_root and self.root is not None:
            self.root.commit()

    def rollback(self) -> None:
        """Undo the step: send ROLLBACK if the transaction is ours, leave it to the caller if not."""
        try:
            if self._by_text and in_transaction(self.connection):
                self.connection.exec_driver_sql("ROLLBACK")
        finally:
            if self._own_root:
                self.connection.rollback()


def begin(connection: Connection) -> Transaction:
    """Begin a transaction that is ours.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction.
    """
    by_text = _autocommits(connection)
    root = connection.begin()
    try:
        return DuckDBTransaction(connection, owned=True, own_root=True, by_text=by_text)
    except BaseException:
        root.rollback()
        raise


def join(connection: Connection) -> Transaction:
    """Run a step inside the transaction that the caller has begun.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
    """
    by_text = _autocommits(connection) and not in_transaction(connection)
    return DuckDBTransaction(connection, owned=by_text, own_root=False, by_text=by_text)


def in_transaction(connection: Connection) -> bool:
    """Say whether the engine is in a transaction, in a failed one too."""
    try:
        return _number(connection) == _number(connection)
    except FailedTransaction:
        return True


def _autocommits(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "autocommit", False))


def _number(connection: Connection) -> int:
    """Return the number of the engine's transaction."""
    try:
        return int(connection.exec_driver_sql("SELECT txid_current()").scalar_one())
    except DBAPIError as error:
        if "aborted" in str(error.orig):
            raise FailedTransaction from error
        raise
