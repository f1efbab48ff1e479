"""A step in one real transaction, on whatever kind of connection there is.

The driver is asked, never assumed: by default it begins a transaction before INSERT but not before
CREATE TABLE, engines are set up to begin by themselves, and a driver opened with ``autocommit=True``
ignores ``commit()``.  No setting of the engine or its pool is changed; foreign-key enforcement, a
setting of the connection, is put back when the step ends.

One savepoint marks the transaction as the one that was begun.  It is gone if the transaction was
ended from inside the script, also if another one has begun since.  In the caller's transaction there is
a second savepoint, to which a failed step is undone: the caller's earlier work stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects import transaction
from migrateops.dialects.sqlite import driver, foreign_keys, statements
from migrateops.dialects.sqlite.error_kind import error_kind
from migrateops.dialects.sqlite.foreign_keys import Violations

_MARK = "migrateops_mark"
_UNDO = "migrateops_undo"
# Of the writing statements, for the error that lists them: how many, and how much of each.
_REMEMBERED, _KEPT = 100, 500
_away: WeakKeyDictionary[Connection, SQLiteTransaction] = WeakKeyDictionary()
"""Those that have made way, until a batch asks for them, whose first statements go past SQLAlchemy."""


class SQLiteTransaction(transaction.Transaction):
    """The transaction around a step; made by ``begin()`` and ``join()``.

    While it lasts, every statement sent through SQLAlchemy on this connection is looked at: one
    that does not work inside a transaction never passes silently.

    ``owned`` is also True in a caller's transaction that does not reach the driver (``autocommit=True``):
    the step is durable after ``commit()``, and the caller's end has nothing left to do.
    """

    def __init__(self, connection: Connection, *, owned: bool, rebuilds: bool) -> None:
        super().__init__(connection, owned=owned)
        self._rebuilds = rebuilds
        # As found: whether the driver was in a transaction, and whether keys were enforced.
        self._resting = driver.in_transaction(connection)
        self._enforced = foreign_keys.enforced(connection)
        # What is to be enforced after a successful step; None while nothing was touched.
        self._enforce_after: bool | None = None
        self._script_switched_off = False
        self._violations: Violations | None = None
        self._own_root = False
        self._watching = False
        self._interrupted = False
        # Whether a statement was sent in the transaction that has not come back, or with an error.
        self._sent = False
        self._ended = False
        self._written = 0
        self._applied: list[str] = []

    # Beginning

    def _begin(self) -> None:
        """Begin, with SQLAlchemy and on the driver."""
        try:
            self._settle()
            self._own_root = True
            self.begin_root()
            self._start()
        except BaseException:
            self.rollback()
            raise

    def _join(self) -> None:
        """Make the transaction that SQLAlchemy is in a real one."""
        self.join_root()
        self.owned = not self._resting and not driver.reaches_driver(self.connection)
        try:
            self._settle()
            self._start()
        except BaseException:
            self.rollback()
            raise

    def _settle(self) -> None:
        """Switch enforcement off before BEGIN: inside a transaction the pragma is ignored."""
        if self.owned and self._rebuilds and self._enforced:
            self._enforce_after = True
            foreign_keys.enforce(self.connection, False)
            self._note("foreign keys are not enforced during this step; they are checked at its end")

    def _start(self) -> None:
        if not driver.in_transaction(self.connection):
            self._send_begin()
        self._set_savepoints()
        if self._enforce_after:
            self._violations = foreign_keys.violations(self.connection)
        for name, listener in self._listeners():
            event.listen(self.connection, name, listener)
        self._watching = True

    def _send_begin(self) -> None:
        # IMMEDIATE: a transaction that reads first and writes later fails at once, without waiting, if
        # somebody else has written in between.
        started = time.monotonic()
        try:
            driver.send(self.connection, "BEGIN IMMEDIATE")
        except self.connection.dialect.loaded_dbapi.Error as error:
            if error_kind(error) == "locked":
                waited = time.monotonic() - started
                raise errors.database.DatabaseLocked(driver.database_file(self.connection), waited) from error
            raise

    def _set_savepoints(self) -> None:
        if not self.owned:
            driver.send(self.connection, f"SAVEPOINT {_UNDO}")
        driver.send(self.connection, f"SAVEPOINT {_MARK}")

    def allow_rebuilds(self) -> None:
        """Set foreign keys aside for steps that were not known of; sends COMMIT and BEGIN IMMEDIATE for it.

        In the caller's transaction they stay enforced, and dropping a table that another one refers to is
        refused.
        """
        if self._rebuilds:
            return
        self._rebuilds = True
        if not (self.owned and self._enforced) or self.connection.in_nested_transaction():
            return
        if self._written:
            self._note(
                "what came before the steps is committed, so that foreign keys can be set aside for them"
            )
        self._written, self._applied = 0, []
        driver.send(self.connection, "COMMIT")
        self._settle()
        self._resume()

    def hides(self) -> bool:
        """Say so of a transaction of ours: only one can write, and nobody else sees what it does."""
        return self.owned and not self._interrupted and not self.connection.in_nested_transaction()

    def make_way(self) -> None:
        """Send COMMIT, so that a second connection sees what is done and may write; BEGIN comes later."""
        self.check()
        self._written, self._applied = 0, []
        self.atomic = False
        self._leave_transaction()
        _away[self.connection] = self

    def come_back(self) -> None:
        """Begin again after ``make_way()``, if no statement has done that."""
        if self._interrupted:
            self._resume()

    # Ending

    def check(self) -> None:
        """Make sure that the transaction is still the one that was begun.

        Raises:
            NoLongerAtomic: It was ended under the step.
        """
        if self._interrupted:
            self._resume()
        if not self._alive() or not self._marked():
            raise errors.database.NoLongerAtomic(tuple(self._applied), self._written)

    def ended(self, error: BaseException) -> bool:
        """Say whether something in the step has ended the transaction, and may have committed it."""
        try:
            self.check()
        except errors.database.NoLongerAtomic:
            if self.connection.closed:
                return True
            if self.connection.invalidated:
                # SQLAlchemy has let the driver's connection go, with all that was open on it, as it does
                # on Ctrl-C.  The statement before was seen to be sent in the transaction.
                return False
            failed = isinstance(error, DBAPIError) or isinstance(error.__cause__, DBAPIError)
            if self._sent and failed and not driver.in_transaction(self.connection):
                # It was open when the statement was sent, which ended with this error: the disk is full, or
                # the like.  Then the database takes the whole transaction back.
                return False
            # A commit() that was refused has ended SQLAlchemy's transaction alone.
            return not (driver.in_transaction(self.connection) and self._marked())
        return False

    def commit(self) -> None:
        """End the step: COMMIT if the transaction is ours, RELEASE of its savepoint if the caller's.

        Raises:
            NoLongerAtomic: The transaction was ended under the step.
            ForeignKeysViolated: Keys were not enforced, and rows now lead nowhere that did not before.
        """
        self.check()
        if self._violations is not None:
            after = foreign_keys.violations(self.connection)
            after.raise_new(self._violations)
            for text in after.unchecked:
                self._note(f"foreign keys could not be checked: {text}")
        self._unwatch()
        if self.owned:
            self._end("COMMIT")
        else:
            self._release(_UNDO)
        self._ended = True
        if self.owned and self._enforce_after is not None:
            foreign_keys.enforce(self.connection, self._enforce_after)

    def rollback(self) -> None:
        """Undo the step: ROLLBACK if the transaction is ours, back to its savepoint if the caller's.

        May be called after a failed ``commit()``, and more than once; not after a successful one.
        """
        self._unwatch()
        if self._ended or self.connection.closed or self.connection.invalidated:
            return
        self._ended = True
        if self.owned:
            if self._resting and not driver.in_transaction(self.connection):
                # Such a driver's rollback() fails where there is nothing to roll back.
                driver.send(self.connection, "BEGIN")
            self._end("ROLLBACK")
            if self._enforce_after is not None:
                with suppress(self.connection.dialect.loaded_dbapi.Error):
                    foreign_keys.enforce(self.connection, self._enforced)
        else:
            self._undo()

    def _end(self, verb: Literal["COMMIT", "ROLLBACK"]) -> None:
        """End the transaction with SQLAlchemy, and on the driver where that did not reach it."""
        if self._own_root:
            if verb == "COMMIT":
                # Not commit() of the connection, which a run may have another meaning for.
                root = self.connection.get_transaction()
                if root is not None:
                    root.commit()
            else:
                self.connection.rollback()
        if not driver.in_transaction(self.connection):
            return
        # A driver that was in a transaction before may be in the next one; then the mark is gone.
        if not self._resting or self._release(_MARK):
            driver.send(self.connection, verb)
            if self._resting:
                driver.send(self.connection, "BEGIN")

    def _undo(self) -> None:
        """Take back what the step did in the caller's transaction, and leave that as it was found."""
        inside = driver.in_transaction(self.connection)
        if self._resting and inside and self._release(_MARK):
            driver.send(self.connection, f"ROLLBACK TO {_UNDO}")
            driver.send(self.connection, f"RELEASE {_UNDO}")
            return
        # Begun by this step, or by something in it after the caller's had been ended.
        if inside:
            driver.send(self.connection, "ROLLBACK")
        if self._resting:
            driver.send(self.connection, "BEGIN")

    def _alive(self) -> bool:
        """Return whether both SQLAlchemy and the driver are still in a transaction."""
        return (
            self.root is not None
            and self.root.is_active
            and not self.connection.closed
            and not self.connection.invalidated
            and driver.in_transaction(self.connection)
        )

    def _release(self, savepoint: str) -> bool:
        """Release a savepoint; return False if there is none of that name."""
        try:
            driver.send(self.connection, f"RELEASE {savepoint}")
        except self.connection.dialect.loaded_dbapi.Error:
            return False
        return True

    def _marked(self) -> bool:
        """Return whether the driver's transaction is still the one that was begun."""
        found = self._release(_MARK)
        if found:
            driver.send(self.connection, f"SAVEPOINT {_MARK}")
        return found

    def _unwatch(self) -> None:
        _away.pop(self.connection, None)
        if self._watching:
            self._watching = False
            for name, listener in self._listeners():
                event.remove(self.connection, name, listener)

    # Watching

    def _listeners(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        return (
            ("before_cursor_execute", self._before),
            ("after_cursor_execute", self._after),
            ("commit", self._before_commit),
        )

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _before(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if self._interrupted:
            # The statement that was sent outside the transaction failed, and the script went on.
            self._resume()
        if not self._alive():
            raise errors.database.NoLongerAtomic(tuple(self._applied), self._written)
        text = statements.body(statement)
        word = statements.keyword(text)
        if word == "PRAGMA":
            self._before_pragma(text)
        elif word == "VACUUM":
            self._interrupt(text)
        elif word == "DROP":
            self._before_drop(text)
        elif statements.ends_transaction(text):
            raise errors.database.TransactionControl(text)
        if statements.writes(text):
            self._written += 1
            if len(self._applied) < _REMEMBERED:
                self._applied.append(text[:_KEPT])
        self._sent = not self._interrupted

    def _after(self, *_: Any) -> None:
        self._sent = False
        if self._interrupted:
            self._resume()

    def _before_commit(self, _: Connection) -> None:
        raise errors.database.TransactionControl("commit()")

    def _before_drop(self, text: str) -> None:
        dropped = statements.dropped_table(text)
        if dropped is None or not self._rebuilds or not foreign_keys.enforced(self.connection):
            return
        others = foreign_keys.referencing(self.connection, dropped.name, dropped.schema)
        if others:
            raise errors.database.RebuildWouldCascade(dropped.name, others)

    def _before_pragma(self, text: str) -> None:
        pragma = statements.pragma(text)
        if pragma is None or not pragma.outside:
            return
        if pragma.name == "foreign_keys":
            self._before_enforcement(text, pragma.on)
            return
        if pragma.name == "journal_mode":
            schema = f"{statements.quoted(pragma.schema)}." if pragma.schema else ""
            ((current,),) = driver.send(self.connection, f"PRAGMA {schema}journal_mode")
            if current == (pragma.value or "").lower():
                return
            # It answers with a row, and as long as the script has not read that, no transaction can be
            # begun again.  So it is sent ahead; sent by the script, it then changes nothing.
            self._interrupt(text)
            driver.send(self.connection, text)
            self._resume()
        else:
            self._interrupt(text)

    def _before_enforcement(self, text: str, wanted: bool) -> None:
        """Decide on a script's ``PRAGMA foreign_keys``: true already, for later, now, or refused."""
        if foreign_keys.enforced(self.connection) is not wanted:
            # What takes back the script's own switching off, or returns to what was before the step, can
            # wait for the end of it: the pair around a rebuild is the usual form.
            if wanted and self._script_switched_off and not (self.owned and self._unwritten()):
                self._put_off(text)
            elif wanted is self._enforced and self.owned:
                if self._unwritten():
                    self._leave_transaction()
                else:
                    self._put_off(text)
            elif not self.owned:
                # It could not be put back at the end of the step: the transaction goes on.
                raise errors.database.StatementInCallersTransaction(text)
            else:
                self._interrupt(text)
        self._script_switched_off = self._script_switched_off or not wanted
        self._enforce_after = wanted or self._enforced

    def _put_off(self, text: str) -> None:
        """Note that a pragma counts from the end of the step; sent now, it does nothing."""
        if not self.owned:
            self._note(f"{text!r} has no effect: the transaction belongs to the caller")
            return
        self._note(f"{text!r} counts from the end of the step, as the step is one transaction")
        if self._violations is None:
            self._violations = foreign_keys.violations(self.connection)

    def _unwritten(self) -> bool:
        return self._written == 0 and not self.connection.in_nested_transaction()

    # A statement that works only outside a transaction

    def _interrupt(self, text: str) -> None:
        """End the transaction for one statement, if there is nothing in it to lose.

        Raises:
            StatementAfterWrite: The step has written.
            StatementInCallersTransaction: The transaction was begun by the caller.
        """
        if not self.owned and self._resting:
            raise errors.database.StatementInCallersTransaction(text)
        if not self._unwritten():
            raise errors.database.StatementAfterWrite(text, self._written)
        self.atomic = False
        self._note(f"{text!r} was sent outside the transaction, which was begun again after it")
        self._leave_transaction()

    def _leave_transaction(self) -> None:
        self._interrupted = True
        driver.send(self.connection, "COMMIT")

    def _resume(self) -> None:
        if not driver.in_transaction(self.connection):
            self._send_begin()
        self._set_savepoints()
        self._interrupted = False
        if self._enforced and self._violations is None and not foreign_keys.enforced(self.connection):
            self._violations = foreign_keys.violations(self.connection)


def come_back(connection: Connection) -> None:
    """Have the transaction begun again that has made way for another connection, if there is one."""
    away = _away.pop(connection, None)
    if away is not None:
        away.come_back()


def begin(connection: Connection, *, rebuilds: bool = False) -> SQLiteTransaction:
    """Begin a transaction that is ours; sends BEGIN IMMEDIATE unless the driver has begun by itself.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction.
        rebuilds: Whether the step may replace a table by a copy of it.  If so, and foreign keys are
            enforced, they are not during the step; rows are checked before and after it.

    Raises:
        DatabaseLocked: Another connection is writing, for longer than the driver waits.
    """
    step = SQLiteTransaction(connection, owned=True, rebuilds=rebuilds)
    step._begin()
    return step


def join(connection: Connection, *, rebuilds: bool = False) -> SQLiteTransaction:
    """Run a step in the caller's transaction; sends BEGIN IMMEDIATE if the driver has begun none.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
        rebuilds: Whether the step may replace a table by a copy of it.  If so, and foreign keys are
            enforced, dropping a table that another one refers to is refused.

    Raises:
        DatabaseLocked: Another connection is writing, for longer than the driver waits.
    """
    step = SQLiteTransaction(connection, owned=False, rebuilds=rebuilds)
    step._join()
    return step
