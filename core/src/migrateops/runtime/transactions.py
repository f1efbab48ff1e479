"""The transactions of a run: one a revision, one for all, or none; ours, or the caller's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from migrateops.dialects.transaction import Transaction
from migrateops.errors.runtime import ForeignTransaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.dialects.base import Dialect
    from migrateops.runtime.statements import Offline

Scope = Literal["per_revision", "per_run", "none"]


class Unprotected(Transaction):
    """No transaction: each statement is committed by itself."""

    def __init__(self, connection: Connection, transactions: OnlineTransactions) -> None:
        super().__init__(connection, owned=True)
        self.atomic = False
        self._restore = transactions.enter_autocommit()

    def check(self) -> None:
        """Nothing can have ended."""

    def commit(self) -> None:
        """Restore the connection's isolation level."""
        self._restore()

    def rollback(self) -> None:
        """Restore the connection's isolation level; what was done stays done."""
        self._restore()


class OnlineTransactions:
    """The transactions of a run on a connection.

    Args:
        connection: The migrating connection.
        pack: The dialect's pack.
        scope: What one transaction is around.
        transactional_ddl: Whether a rollback takes DDL with it.
        made_here: Says whether ``env.py`` made the connection, so that nobody outside can be
            waiting to end its transaction.
    """

    def __init__(
        self,
        connection: Connection,
        pack: Dialect,
        scope: Scope,
        *,
        transactional_ddl: bool,
        made_here: Callable[[], bool],
    ) -> None:
        self.connection = connection
        self.pack = pack
        self.scope = scope
        self.transactional_ddl = transactional_ddl
        self.made_here = made_here
        self.current: Transaction | None = None
        self.foreign: ForeignOutcome | None = None
        self._rebuilds = False
        # What is begun later without being held, by reading the version table among others, is nobody's.
        self._given_clean = not connection.in_transaction()

    @contextmanager
    def run(self) -> Iterator[None]:
        """Hold one transaction for the whole block, where that is the scope; else nothing."""
        if self.scope != "per_run" or not self.transactional_ddl or self.current is not None:
            yield
            return
        self.current = self._begin(rebuilds=True)
        try:
            yield
            # Looked up again: an autocommit block has put a new transaction in its place.
            self.current.commit()
        except BaseException:
            self.current.rollback()
            raise
        finally:
            self.current = None

    @contextmanager
    def step(self, *, rebuilds: bool) -> Iterator[Transaction]:
        """Hold the transaction of one step.

        Args:
            rebuilds: Whether the step may replace a table by a copy of it.
        """
        if self.current is not None:
            yield self.current
            # A step that ended the transaction under itself must not reach the version row's commit.
            self.current.check()
            return
        self.current = self._begin(rebuilds=rebuilds)
        try:
            yield self.current
            self.current.commit()
        except BaseException:
            self.current.rollback()
            raise
        finally:
            self.current = None

    def _begin(self, *, rebuilds: bool) -> Transaction:
        connection = self.connection
        self._rebuilds = rebuilds
        self.settle()
        if connection.in_transaction():
            if self.foreign is None:
                self.foreign = ForeignOutcome(connection)
            return self.pack.join(connection, rebuilds=rebuilds)
        if self.scope == "none":
            return Unprotected(connection, self)
        return self.pack.begin(connection, rebuilds=rebuilds)

    def _left_open(self) -> bool:
        """Say whether the open transaction was begun by the way, and nobody is going to end it.

        ``env.py`` that selects something before ``configure()`` has begun a transaction without
        asking for one.  SQLAlchemy makes no difference between that and ``connection.begin()``;
        but a transaction that somebody means to end is held: by a ``with`` block, by a name, or
        by whoever passed the connection in.
        """
        transaction = self.connection.get_transaction()
        if transaction is None or not (self._given_clean or self.made_here()):
            return False
        in_block = getattr(self.connection, "_trans_context_manager", None) is not None
        del transaction
        return not in_block and not _held_elsewhere(self.connection)

    def settle(self) -> None:
        """End the transaction that was begun by the way, by reading the version table if nothing else."""
        if self.connection.in_transaction() and self._left_open():
            # Not a rollback: what env.py has set (a search path, a role) stays.
            self.connection.commit()

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Commit, run the block with each statement committed by itself, and begin anew.

        Raises:
            ForeignTransaction: The caller owns the transaction.
        """
        current = self.current
        if current is not None and not current.owned:
            raise ForeignTransaction("autocommit_block()")
        if current is None:
            self.settle()
            if self.connection.in_transaction():
                raise ForeignTransaction("autocommit_block()")
        if isinstance(current, Unprotected):
            yield
            return
        if current is not None:
            current.commit()
        restore = self.enter_autocommit()
        try:
            yield
        finally:
            restore()
            if current is not None:
                self.current = self.pack.begin(self.connection, rebuilds=self._rebuilds)
                # Whoever holds the former one of the step is told of both.
                self.current.notes = current.notes
                self.current.atomic = current.atomic = False

    def enter_autocommit(self) -> Callable[[], None]:
        """Switch the connection to AUTOCOMMIT and return what switches it back."""
        connection = self.connection
        before = connection.get_execution_options().get("isolation_level")
        level = before or connection.default_isolation_level
        connection.execution_options(isolation_level="AUTOCOMMIT")

        def restore() -> None:
            if connection.in_transaction():
                connection.commit()
            connection.execution_options(isolation_level=level)

        return restore


class OfflineTransactions:
    """The transactions of a run that writes SQL: their text.

    Args:
        output: The stream.
        pack: The dialect's pack.
        scope: What one transaction is around.
        transactional_ddl: Whether a rollback takes DDL with it; else nothing is written.
    """

    foreign = None
    current = None

    def __init__(self, output: Offline, pack: Dialect, scope: Scope, *, transactional_ddl: bool) -> None:
        self.output = output
        self.pack = pack
        self.scope = scope if transactional_ddl else "none"
        self._open = False

    def settle(self) -> None:
        """Nothing was read."""

    @contextmanager
    def run(self) -> Iterator[None]:
        """Write BEGIN and COMMIT around the whole block, where that is the scope."""
        with self._written(self.scope == "per_run" and not self._open):
            yield

    @contextmanager
    def step(self, *, rebuilds: bool) -> Iterator[None]:
        """Write BEGIN and COMMIT around one step, where that is the scope."""
        with self._written(self.scope == "per_revision" and not self._open):
            yield

    @contextmanager
    def _written(self, wanted: bool) -> Iterator[None]:
        if not wanted:
            yield
            return
        self._write(self.pack.begin_text())
        self._open = True
        try:
            yield
            self._write(self.pack.commit_text())
        finally:
            self._open = False

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Write COMMIT before the block and BEGIN after it."""
        if self._open:
            self._write(self.pack.commit_text())
        yield
        if self._open:
            self._write(self.pack.begin_text())

    def _write(self, text: str | None) -> None:
        if text is not None:
            self.output.static_output(f"{text}{self.output.terminator}")


class ForeignOutcome:
    """How the transaction that the caller owns ends, learnt from the connection's own events."""

    def __init__(self, connection: Connection) -> None:
        from sqlalchemy import event

        self.outcome: Literal["open", "committed", "rolled back"] = "open"
        self._connection = connection
        event.listen(connection, "commit", self._committed)
        event.listen(connection, "rollback", self._rolled_back)

    def _committed(self, connection: Any) -> None:
        if self.outcome == "open":
            self.outcome = "committed"

    def _rolled_back(self, connection: Any) -> None:
        if self.outcome == "open":
            self.outcome = "rolled back"


class _Holder:
    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held


def _references(holder: Any, name: str) -> int:
    held = getattr(holder, name)
    return sys.getrefcount(held)


def _held_elsewhere(connection: Connection) -> bool:
    """Say whether anything but the connection refers to its transaction.

    Counted against an object that is held once for certain, as interpreters differ in what they
    count besides.
    """
    once = _Holder(object())
    return _references(connection, "_transaction") > _references(once, "held")
