"""The transactions of a run: one a revision, one for all, or none; ours, or the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from migrateops import errors
from migrateops.dialects.transaction import COMMIT_IN_DOUBT, NOTHING_APPLIED, Transaction, asked_level
from migrateops.errors.base import MigrateOpsError, first_line
from migrateops.runtime.callers import ForeignOutcome, held_elsewhere

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.dialects.base import Dialect
    from migrateops.runtime.step import Taken

Scope = Literal["per_revision", "per_run", "none"]

COMMITS = "the script calls commit(): what it did before that stays if the step fails"
CONNECTS = "the script opens a second connection: what was done before that stays if the step fails"


class Unprotected(Transaction):
    """No transaction: each statement is committed by itself."""

    def __init__(self, connection: Connection, transactions: OnlineTransactions) -> None:
        super().__init__(connection, owned=True)
        self.atomic = False
        self._restore = transactions.pack.autocommit(connection)

    def check(self) -> None:
        """Nothing can have ended."""

    def commit(self) -> None:
        """Restore the connection's isolation level."""
        self._restore()

    def rollback(self) -> None:
        """Restore the connection's isolation level; what was done stays done."""
        # What it was called for is said, not what a lost connection says here.
        with suppress(Exception):
            self._restore()


def left_of_run(taken: Taken, *, atomic: bool, ended: bool) -> str:
    """Return what is applied of a run of one transaction that was rolled back.

    Args:
        taken: The steps of the run.
        atomic: Whether nothing was committed in the middle of it.
        ended: Whether a step has ended the transaction by itself: with which rows in the version table,
            nobody was told.
    """
    at = ", ".join(taken.rows) or "base"
    if atomic:
        return f"{NOTHING_APPLIED}, the database is at {at}"
    outside = "what was done up to the last commit is applied"
    return outside if ended else f"{outside}, the version table is at {at}"


class OnlineTransactions:
    """The transactions of a run on a connection.

    Args:
        connection: The migrating connection.
        pack: The dialect's pack.
        scope: What one transaction is around.
        transactional_ddl: Whether a rollback takes DDL with it.
        taken: Is told which steps are committed.
        made_here: Says whether ``env.py`` made the connection, so that nobody outside can be
            waiting to end its transaction; None where there is no environment.
        read_rows: Reads the version table on a connection.
        before_statement: Called ahead of each statement that is sent in a transaction.

    Attributes:
        holds_run: Whether one transaction is held around several steps.
        foreign: The transaction of ``env.py`` or of the caller that steps have joined last.
        lost: Whether a former one of those was rolled back, with steps in it.
        commit_error: What a commit that failed has raised.
        ended: Whether a step has ended the transaction around it, that of a run among others.
        ahead_of_commit: Called before a script has what is done so far committed in the middle of a run.
    """

    def __init__(
        self,
        connection: Connection,
        pack: Dialect,
        scope: Scope,
        *,
        transactional_ddl: bool,
        taken: Taken,
        made_here: Callable[[], bool] | None,
        read_rows: Callable[[Connection], tuple[str, ...]],
        before_statement: Callable[[], None],
    ) -> None:
        self.connection = connection
        self.pack = pack
        self.scope = scope
        self.transactional_ddl = transactional_ddl
        self.taken = taken
        self.made_here = made_here
        self.read_rows = read_rows
        self.before_statement = before_statement
        self.current: Transaction | None = None
        self.holds_run = False
        self.foreign: ForeignOutcome | None = None
        self.lost = False
        self.commit_error: BaseException | None = None
        self.ended = False
        self.ahead_of_commit: Callable[[], object] | None = None
        self._rebuilds = False
        # Whether nothing was committed in the middle of the transaction that has failed last.
        self._atomic = True
        # What is begun later without being held, by reading the version table among others, is nobody's.
        self._given_clean = not connection.in_transaction()

    @contextmanager
    def run(self, *, rebuilds: bool = False, always: bool = False) -> Iterator[None]:
        """Hold one transaction for the whole block, where that is the scope; else nothing.

        Args:
            rebuilds: Whether a step of the run may replace a table by a copy of it.
            always: Hold one whatever the scope, also where a rollback does not take DDL with it; what a
                driver raises passes as it is.

        Raises:
            CommitFailed: The run could not be committed.
        """
        wanted = always or (self.scope == "per_run" and self.transactional_ddl)
        if not wanted or self.current is not None:
            yield
            return
        self.holds_run = True
        at_end = False
        try:
            with self._held(rebuilds):
                yield
                at_end = True
        except Exception as error:
            if always or not at_end or isinstance(error, errors.database.NoLongerAtomic):
                raise
            remains = self._left()
            if isinstance(error, MigrateOpsError):
                error.add_note(f"committing the run; {remains}")
                raise
            kind = self.pack.error_kind(error)
            if kind == "lost":
                remains = COMMIT_IN_DOUBT
            raise errors.runtime.CommitFailed(first_line(error), remains, not self._atomic, kind) from error
        except BaseException as error:
            if not always and not getattr(error, "__notes__", ()):
                doubtful = error is self.commit_error
                remains = COMMIT_IN_DOUBT if doubtful else self._left()
                error.add_note(f"the run, which is one transaction; {remains}")
            raise
        finally:
            self.holds_run = False
            self.ahead_of_commit = None

    @contextmanager
    def step(self, *, rebuilds: bool) -> Iterator[Transaction]:
        """Hold the transaction of one step.

        Args:
            rebuilds: Whether the step may replace a table by a copy of it.
        """
        if self.current is not None:
            begun = self.current
            with self._noticed(begun):
                yield begun
            # A step that ended the transaction under itself must not reach the version row's commit.
            self.current.check()
            return
        with self._held(rebuilds) as current:
            yield current

    def expect(self, *, rebuilds: bool) -> None:
        """Have the transaction that is held, if one is, be for these steps, whatever it was begun for.

        Args:
            rebuilds: Whether one of them may replace a table by a copy of it.
        """
        if self.current is not None and rebuilds:
            self._rebuilds = True
            self.current.allow_rebuilds()

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Call ``before_statement`` ahead of each statement in the block.

        It is listened for before a pack does, so that to a pack what is sent there comes first.
        """
        from sqlalchemy import event

        def before(*_: object) -> None:
            self.before_statement()

        event.listen(self.connection, "before_cursor_execute", before)
        try:
            yield
        finally:
            event.remove(self.connection, "before_cursor_execute", before)

    @contextmanager
    def _held(self, rebuilds: bool) -> Iterator[Transaction]:
        with self._heard(), self._committed(rebuilds) as begun:
            yield begun

    @contextmanager
    def _committed(self, rebuilds: bool) -> Iterator[Transaction]:
        self.current = begun = self._begin(rebuilds=rebuilds)
        begun.before_commit = self._before_commit
        try:
            with self._noticed(begun):
                yield begun
            # Looked up again: an autocommit block has put a new transaction in its place.
            self._commit(self.current)
            if self.current.owned:
                self.taken.keep()
        except BaseException:
            self._atomic = self.current.atomic
            if self.current.owned:
                self.taken.drop()
            self.current.rollback()
            raise
        finally:
            self.current = None

    def _left(self) -> str:
        return left_of_run(self.taken, atomic=self._atomic, ended=self.ended)

    def _commit(self, current: Transaction) -> None:
        try:
            current.commit()
        except BaseException as error:
            self.commit_error = error
            raise

    @contextmanager
    def _noticed(self, begun: Transaction) -> Iterator[None]:
        """Note it on *begun* where what raises had ended the transaction before."""
        try:
            yield
        except BaseException as error:
            refused = error is self.commit_error and not isinstance(error, errors.database.NoLongerAtomic)
            if self.current is not None and not refused and self.current.ended(error):
                begun.atomic = False
                self.ended = True
            raise

    def _begin(self, *, rebuilds: bool) -> Transaction:
        connection = self.connection
        self._rebuilds = rebuilds
        self.settle()
        self._learn_outcome()
        if self.scope == "none" and connection.in_transaction() and asked_level(connection) == "AUTOCOMMIT":
            # The caller's is one in name alone.
            return Unprotected(connection, self)
        if connection.in_transaction():
            joined = self.pack.join(connection, rebuilds=rebuilds)
            if not joined.owned and self.foreign is None and self.made_here is not None:
                self.foreign = ForeignOutcome(connection, made_here=self.made_here())
            return joined
        if self.scope == "none":
            return Unprotected(connection, self)
        return self.pack.begin(connection, rebuilds=rebuilds)

    def _learn_outcome(self) -> None:
        """Note how the transaction ended that earlier steps had joined, if it has ended."""
        foreign = self.foreign
        if foreign is None or foreign.outcome == "open":
            return
        foreign.forget()
        self.foreign = None
        if foreign.outcome == "committed":
            self.taken.keep()
        else:
            self.taken.drop()
            self.lost = True

    def forget(self) -> None:
        """Leave no listener on the connection."""
        if self.foreign is not None:
            self.foreign.forget()

    def how_lost(self) -> str | None:
        """Say what became of the steps in a transaction that was never committed; None if all is well.

        Called when ``env.py`` has ended.  A transaction that is still open on a connection of the
        caller's is for the caller to end: its steps count as taken.
        """
        self.forget()
        foreign, pending = self.foreign, self.taken.rows_pending
        if foreign is not None:
            self.foreign = None
            if pending is not None and not self._kept(foreign, pending):
                self.taken.drop()
                return "was rolled back" if foreign.outcome == "rolled back" else "was not committed"
            self.taken.keep()
        return "was rolled back" if self.lost else None

    def _kept(self, foreign: ForeignOutcome, pending: tuple[str, ...]) -> bool:
        if not foreign.made_here:
            return foreign.outcome != "rolled back"
        rows = self._rows_outside()
        if rows is None:
            return foreign.outcome == "committed"
        # A commit may end a transaction in which the steps had been rolled back to a savepoint; and
        # an engine may commit each statement, whatever becomes of the transaction.
        if foreign.outcome == "committed":
            return set(rows) != set(self.taken.rows)
        return set(rows) == set(pending)

    def _rows_outside(self) -> tuple[str, ...] | None:
        """Return the rows of the version table as another connection sees them; None if none can."""
        from sqlalchemy import Engine
        from sqlalchemy.pool import SingletonThreadPool, StaticPool

        engine = self.connection.engine
        # A question that waits for the transaction's own locks would never be answered.
        if self.connection.in_transaction() or engine.dialect.is_async:
            return None
        if isinstance(engine.pool, StaticPool | SingletonThreadPool):
            return None
        own = Engine(pool=engine.pool.recreate(), dialect=engine.dialect, url=engine.url)
        options = self.connection.get_execution_options()
        translated = {name: options[name] for name in ("schema_translate_map",) if name in options}
        try:
            with own.connect() as connection:
                return self.read_rows(connection.execution_options(**translated))
        except Exception:
            # Only a further look: that it fails is no fault of the run.
            return None
        finally:
            own.dispose()

    def _left_open(self) -> bool:
        """Say whether the open transaction was begun by the way, and nobody is going to end it.

        ``env.py`` that selects something before ``configure()`` has begun a transaction without
        asking for one.  SQLAlchemy makes no difference between that and ``connection.begin()``;
        but a transaction that somebody means to end is held: by a ``with`` block, by a name, or
        by whoever passed the connection in.  Without an environment it is always the caller's.
        """
        if self.made_here is None:
            return False
        transaction = self.connection.get_transaction()
        if transaction is None or not (self._given_clean or self.made_here()):
            return False
        in_block = getattr(self.connection, "_trans_context_manager", None) is not None
        del transaction
        return not in_block and not held_elsewhere(self.connection)

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
            raise errors.runtime.ForeignTransaction("autocommit_block()")
        if current is None:
            self.settle()
            if self.connection.in_transaction():
                raise errors.runtime.ForeignTransaction("autocommit_block()")
        if isinstance(current, Unprotected):
            yield
            return
        with self._committing_plainly():
            if current is not None:
                self._commit_early(current)
            restore = self.pack.autocommit(self.connection)
            try:
                yield
            except BaseException:
                # A connection that was lost in the block fails here once more.
                with suppress(Exception):
                    self._leave_autocommit(restore, current)
                raise
            self._leave_autocommit(restore, current)

    def _leave_autocommit(self, restore: Callable[[], None], before: Transaction | None) -> None:
        restore()
        if before is not None:
            self._go_on_after(before)

    def _commit_early(self, current: Transaction) -> None:
        # Of one that cannot be committed, nothing has to outlast it.
        current.check()
        self._before_commit()
        self._commit(current)
        current.atomic = False
        self.taken.keep()

    def _before_commit(self) -> None:
        if self.ahead_of_commit is not None:
            self.ahead_of_commit()

    def _go_on_after(self, before: Transaction) -> None:
        """Begin another transaction in the middle of what *before* was begun for."""
        # One of the caller's that does not reach the server is still there.
        make = self.pack.join if self.connection.in_transaction() else self.pack.begin
        self.current = make(self.connection, rebuilds=self._rebuilds)
        # Whoever holds the former one of the step is told of both.
        self.current.notes = before.notes
        self.current.before_commit = self._before_commit
        self.current.atomic = False

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Have ``commit()`` of the connection, called in the block, end the transaction and begin another.

        What SQLAlchemy begins by itself afterwards would be committed by nobody.  Another connection that
        is asked of its engine finds what is done, where it would wait for it else.  A transaction of the
        caller's is left as it is.
        """
        from sqlalchemy import event

        if self.current is None or not self.current.owned or isinstance(self.current, Unprotected):
            yield
            return
        # No event of SQLAlchemy's comes when a commit is over, which is when another can be begun.
        own = vars(self.connection)

        def commit() -> None:
            before = self.current
            assert before is not None
            # What was put off is part of what is committed.
            self.before_statement()
            with self._committing_plainly():
                self._commit_early(before)
                if COMMITS not in before.notes:
                    before.notes.append(COMMITS)
                self._go_on_after(before)

        own["commit"] = commit
        engine = self.connection.engine
        # Elsewhere nobody waits for it.
        may_hide = type(self.current).hides is not Transaction.hides
        if may_hide:
            event.listen(engine, "engine_connect", self._make_way)
        try:
            yield
        finally:
            if may_hide:
                event.remove(engine, "engine_connect", self._make_way)
            own.pop("commit", None)

    def _make_way(self, _: Connection) -> None:
        current = self.current
        if current is None or not current.hides():
            return
        self.before_statement()
        self._before_commit()
        current.make_way()
        if CONNECTS not in current.notes:
            current.notes.append(CONNECTS)
        self.taken.keep()

    @contextmanager
    def _committing_plainly(self) -> Iterator[None]:
        """Let ``commit()`` of the connection be SQLAlchemy's own, which is what packs mean by it."""
        own = vars(self.connection)
        replaced = own.pop("commit", None)
        try:
            yield
        finally:
            if replaced is not None:
                own["commit"] = replaced
