"""A step on a server that commits at each DDL statement, watched so that a failure says what is applied.

There is a transaction around a step all the same: rows that a script writes, and the row of the version
table, are undone if the step fails before a DDL statement has made them permanent.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event

from migrateops.dialects import Transaction
from migrateops_mysql.statement_text import effect

# How much of each statement is kept for the message that lists those that are applied.
_KEPT = 60


class MySQLTransaction(Transaction):
    """The transaction around a step; made by ``begin()`` and ``join()``.

    Args:
        connection: The migrating connection, in a transaction of SQLAlchemy's.
        owned: Whether ``commit()`` makes the step durable.
        autocommit: Whether the driver leaves each statement to be committed by itself.
    """

    def __init__(self, connection: Connection, *, owned: bool, autocommit: bool) -> None:
        super().__init__(connection, owned=owned)
        self.root = connection.get_transaction()
        # Where the driver does not begin, BEGIN and COMMIT go as text; not in a transaction of the caller's.
        self._by_text = owned and autocommit
        self._kept_at_once = autocommit and not owned
        self._applied: list[str] = []
        self._pending: list[str] = []
        self._in_doubt = False
        self._watching = False
        self._ended = False
        if self._by_text:
            connection.exec_driver_sql("BEGIN")
        self._watch(True)

    def commit(self) -> None:
        """End the step: send COMMIT if the transaction is ours, nothing if it is the caller's.

        Raises:
            NoLongerAtomic: SQLAlchemy's transaction was ended under the step.
        """
        self.check()
        self._watch(False)
        if self._by_text:
            self.connection.exec_driver_sql("COMMIT")
        super().commit()
        self._ended = True

    def rollback(self) -> None:
        """Undo what no DDL statement has made permanent, if the transaction is ours."""
        self._watch(False)
        try:
            if self._by_text and not (self.connection.closed or self.connection.invalidated):
                self.connection.exec_driver_sql("ROLLBACK")
        finally:
            super().rollback()

    def remains(self) -> str | None:
        """Say which statements of a failed step are in the database for good."""
        if self._ended:
            # What came after the commit, in an autocommit block, was not watched.
            return None
        # A DDL statement that fails has committed what was there before, unless it could not even be read.
        return self.kept(self._applied, len(self._pending) if self._in_doubt else 0)

    def _watch(self, on: bool) -> None:
        if on == self._watching:
            return
        self._watching = on
        change = event.listen if on else event.remove
        change(self.connection, "before_cursor_execute", self._before)
        change(self.connection, "after_cursor_execute", self._after)
        change(self.connection, "commit", self._before_commit)
        change(self.connection, "rollback", self._before_rollback)

    def _before(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._in_doubt = effect(statement) == "commits"

    def _after(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._in_doubt = False
        does = effect(statement)
        if does == "reads":
            return
        if does == "rolls back":
            self._pending.clear()
        else:
            self._pending.append(" ".join(statement.split())[:_KEPT])
        if does == "commits" or self._kept_at_once:
            self._keep()
        if does is not None and self._by_text:
            # The transaction is over, and the driver does not begin another.
            connection.connection.dbapi_connection.cursor().execute("BEGIN")

    def _before_commit(self, _: Connection) -> None:
        """The script commits by itself: SQLAlchemy's transaction, or one that it has begun since."""
        self.atomic = False
        self._keep()
        # Where the driver does not begin, what follows is in no transaction.
        self._kept_at_once = self._kept_at_once or self._by_text

    def _before_rollback(self, _: Connection) -> None:
        self._pending.clear()
        self._kept_at_once = self._kept_at_once or self._by_text

    def _keep(self) -> None:
        self._applied += self._pending
        self._pending.clear()
        if not self.owned and self.atomic:
            self.notes.append(
                "the server commits at each DDL statement, and so it has committed the caller's transaction"
            )
        self.atomic = False


def begin(connection: Connection) -> Transaction:
    """Begin a transaction that is ours.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction.
    """
    autocommit = autocommits(connection)
    root = connection.begin()
    try:
        return MySQLTransaction(connection, owned=True, autocommit=autocommit)
    except BaseException:
        root.rollback()
        raise


def join(connection: Connection) -> Transaction:
    """Run a step inside the transaction that the caller has begun.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
    """
    return MySQLTransaction(connection, owned=False, autocommit=autocommits(connection))


def autocommits(connection: Connection) -> bool:
    """Say whether the driver leaves each statement to be committed by itself."""
    driver: Any = connection.connection.dbapi_connection
    ask = getattr(driver, "get_autocommit", None)
    return bool(ask()) if callable(ask) else getattr(driver, "autocommit", False) is True
