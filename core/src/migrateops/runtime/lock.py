"""One run at a time: a lock around the steps, asked for again and again, never waited for.

A waiter that sat in a server-side wait, or held a transaction, would keep the holder's
``CREATE INDEX CONCURRENTLY`` and the like from ever ending.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.dialects.base import Dialect
from migrateops.dialects.transaction import asked_level
from migrateops.errors.base import MigrateOpsError
from migrateops.runtime.transactions import OnlineTransactions

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from migrateops.dialects.base import Lock
    from migrateops.dialects.transaction_lock import TransactionLock
    from migrateops.runtime.migration import MigrationContext

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


@contextmanager
def locked(context: MigrationContext, *, refused: bool = False) -> Iterator[Lock | None]:
    """Hold the dialect's lock for the block; None where there is none to be had, which is noted.

    Args:
        context: What is about to run.
        refused: Whether somebody else was found to hold it, so that there is no going on without.

    Raises:
        LockRequired: The project requires a lock, and none can be had.
        LockNotAcquired: Somebody else held it for longer than ``lock_timeout`` seconds.
        LockUnavailable: It could not be asked for any more, after somebody else held it.
    """
    mode = context.opts.get("lock", "auto")
    with ExitStack() as held:
        required = mode == "required"
        yield _taken(context, held, required=required, refused=refused) if mode != "off" else None


@contextmanager
def locked_transaction(context: MigrationContext) -> Iterator[tuple[TransactionLock | None, bool]]:
    """Hold the transaction that the run is for the block, with a lock of that transaction.

    Yields:
        The lock; None where it is not to be had at once, with no transaction begun.  And whether that is so
        because somebody else holds it.
    """
    with ExitStack() as held:
        yield _taken_within(context, held)


def _taken_within(context: MigrationContext, held: ExitStack) -> tuple[TransactionLock | None, bool]:
    connection, transactions = context.connection, context.transactions
    if connection is None or context.opts.get("lock", "auto") == "off":
        return None, False
    if not isinstance(transactions, OnlineTransactions):
        return None, False
    if connection.in_transaction() or transactions.current is not None:
        return None, False
    lock = context.pack.transaction_lock(connection, _key(context, connection))
    if lock is None:
        return None, False
    held.callback(lock.release)
    try:
        with ExitStack() as attempt:
            attempt.enter_context(transactions.run())
            current = transactions.current
            if current is None or not current.owned or not lock.try_acquire():
                raise _NotTaken
            held.enter_context(attempt.pop_all())
    except _NotTaken:
        # Whoever waits does so in no transaction.
        return None, lock.refused
    # What env.py commits ahead of the steps has its lock outlast it, too.
    transactions.ahead_of_commit = lock.outlast
    return lock, False


class _NotTaken(Exception):
    """The transaction that was begun for the lock is undone."""


def _taken(context: MigrationContext, held: ExitStack, *, required: bool, refused: bool) -> Lock | None:
    unavailable: errors.lock.LockUnavailable | None = None
    try:
        lock, is_ours = _asked_once(context, held)
    except errors.lock.LockUnavailable as exc:
        lock, is_ours, unavailable = None, False, exc
    if lock is None:
        if required:
            raise errors.runtime.LockRequired(context.dialect_name) from unavailable
        if unavailable is not None:
            if refused:
                reason = f"another run holds it, and cannot be waited for: {unavailable.reason}"
                raise errors.lock.LockUnavailable(reason) from unavailable
            context.notes.append(unavailable.message())
    elif not is_ours:
        _wait(context, lock)
    return lock


def _asked_once(context: MigrationContext, held: ExitStack) -> tuple[Lock | None, bool]:
    """Return the lock and whether it is ours now; None where nobody else can be in the way."""
    connection = context.connection
    if connection is None or context.as_sql or context.transactions.current is not None:
        # In a transaction of ours around the whole run, the lock was seen to before it began.
        return None, False
    if connection.in_transaction():
        return _asked_of_callers(context, connection)
    if type(context.pack).lock is Dialect.lock:
        raise errors.lock.LockUnavailable(f"there is none for {context.dialect_name}")
    engine = _own_engine(connection)
    held.callback(engine.dispose)
    lock = context.pack.lock(engine, _key(context, connection))
    if lock is None:
        return None, False
    held.callback(lock.release)
    return lock, _ask(lock)


def _asked_of_callers(context: MigrationContext, connection: Connection) -> tuple[Lock, bool]:
    """Return the lock of the transaction that the caller has begun, as `_asked_once` does.

    Raises:
        LockUnavailable: It can have none: what a lock of another session guards was read already.
    """
    from migrateops.dialects.transaction_lock import CALLERS

    in_name_alone = asked_level(connection) == "AUTOCOMMIT"
    lock = None if in_name_alone else context.pack.transaction_lock(connection, _key(context, connection))
    if lock is None:
        raise errors.lock.LockUnavailable(CALLERS)
    lock.callers = True
    return lock, _ask(lock)


def _own_engine(connection: Connection) -> Engine:
    """Return an engine to the same database whose connections the application's pool does not count."""
    from sqlalchemy import Engine

    engine = connection.engine
    return Engine(pool=engine.pool.recreate(), dialect=engine.dialect, url=engine.url)


def _key(context: MigrationContext, connection: Connection) -> str:
    schema = connection.schema_for_object(context.versions.table)
    return "/".join((connection.engine.url.database or "", schema or "", context.version_table))


def _ask(lock: Lock) -> bool:
    try:
        return lock.try_acquire()
    except MigrateOpsError:
        raise
    except Exception as exc:
        # While they connect, drivers raise whatever they like.
        origin = getattr(exc, "orig", None) or exc
        lines = str(origin).strip().splitlines()
        raise errors.lock.LockUnavailable(lines[0] if lines else type(origin).__name__) from exc


def _wait(context: MigrationContext, lock: Lock) -> None:
    timeout = float(context.opts.get("lock_timeout", 600))
    environment = context.environment_context
    of_several = environment is not None and len(environment.contexts) > 1
    if told := getattr(context.opts.get("progress"), "waiting", None):
        told()
    until = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    try:
        while time.monotonic() < until:
            _sleep(context, pause)
            if _ask(lock):
                return
            pause = min(pause * 2, _LONGEST_PAUSE)
    except BaseException as error:
        if not isinstance(error, Exception):
            error.add_note(f"waiting for another run to end; {errors.runtime.not_applied(of_several)}")
        raise
    raise errors.runtime.LockNotAcquired(timeout, of_several)


def _sleep(context: MigrationContext, seconds: float) -> None:
    if not context.dialect.is_async:
        time.sleep(seconds)
        return
    import asyncio

    from sqlalchemy.util import await_only

    # Whoever holds the lock may be a task of the same event loop.
    await_only(asyncio.sleep(seconds))
