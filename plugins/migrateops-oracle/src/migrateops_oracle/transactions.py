"""A step on a server that commits at each DDL statement, watched so that a failure says what is applied.

There is a transaction around a step all the same: rows that a script writes, and the row of the version
table, are undone if the step fails before a DDL statement has made them permanent.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, event

from migrateops.dialects import Transaction

# How much of each statement is kept for the message that lists those that are applied.
_KEPT = 60
_LEAD = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+"
_COMMITS = re.compile(
    _LEAD + r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE|COMMENT|GRANT|REVOKE|ANALYZE|AUDIT|NOAUDIT|PURGE|FLASHBACK"
    r"|ASSOCIATE|DISASSOCIATE|COMMIT)\b",
    re.IGNORECASE | re.DOTALL,
)
_READS = re.compile(_LEAD + r"(?:SELECT|WITH|SET|SAVEPOINT|EXPLAIN|LOCK)\b", re.IGNORECASE | re.DOTALL)


class OracleTransaction(Transaction):
    """The transaction around a step; made by ``begin()`` and ``join()``."""

    def __init__(self, connection: Connection, *, owned: bool) -> None:
        super().__init__(connection, owned=owned)
        self._applied: list[str] = []
        self._pending: list[str] = []
        self._in_doubt = False
        self._doubtful = 0
        self._watching = False
        self._ended = False

    def watch(self) -> None:
        """Look at each statement that is sent."""
        self._watch(True)

    def commit(self) -> None:
        """End the step: send COMMIT if the transaction is ours, nothing if it is the caller's.

        Raises:
            NoLongerAtomic: SQLAlchemy's transaction was ended under the step.
        """
        self.check()
        self._watch(False)
        super().commit()
        self._ended = True

    def rollback(self) -> None:
        """Undo what no DDL statement has made permanent, if the transaction is ours."""
        self._watch(False)
        super().rollback()

    def remains(self) -> str | None:
        """Say which statements of a failed step are in the database for good."""
        if self._ended:
            # What came after the commit, in an autocommit block, was not watched.
            return None
        # A DDL statement that fails has committed what was there before, unless it could not even be read.
        self._settle()
        return self.kept(self._applied, self._doubtful)

    def _watch(self, on: bool) -> None:
        if on == self._watching:
            return
        self._watching = on
        change = event.listen if on else event.remove
        change(self.connection, "before_cursor_execute", self._before)
        change(self.connection, "after_cursor_execute", self._after)
        change(self.connection, "commit", self._keep)
        change(self.connection, "rollback", self._before_rollback)

    def _before(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._settle()
        self._in_doubt = _COMMITS.match(statement) is not None

    def _before_rollback(self, _: Connection) -> None:
        self._settle()
        self._pending.clear()

    def _settle(self) -> None:
        """Count what was there before a DDL statement that has failed."""
        if self._in_doubt:
            self._doubtful += len(self._pending)
            self._pending.clear()
            self._in_doubt = False

    def _after(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._in_doubt = False
        if _READS.match(statement):
            return
        self._pending.append(" ".join(statement.split())[:_KEPT])
        if _COMMITS.match(statement):
            self._keep()

    def _keep(self, _: Connection | None = None) -> None:
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
    step = OracleTransaction(connection, owned=True)
    step.begin_root()
    step.watch()
    return step


def join(connection: Connection) -> Transaction:
    """Run a step inside the transaction that the caller has begun.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
    """
    step = OracleTransaction(connection, owned=False)
    step.join_root()
    step.watch()
    return step
