"""One run at a time: a lock around the steps, asked for again and again, never waited for.

A waiter that sat in a server-side wait, or held a transaction, would keep the holder's
``CREATE INDEX CONCURRENTLY`` and the like from ever ending.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrateops.errors.runtime import LockNotAcquired, LockRequired

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from migrateops.dialects.base import Lock
    from migrateops.runtime.migration import MigrationContext

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


@contextmanager
def locked(context: MigrationContext) -> Iterator[Lock | None]:
    """Hold the dialect's lock for the block; None where there is none to be had.

    Raises:
        LockRequired: The project requires a lock, and none can be had.
        LockNotAcquired: Somebody else held it for longer than ``lock_timeout`` seconds.
    """
    mode = context.opts.get("lock", "auto")
    lock, engine = _lock_of(context) if mode != "off" else (None, None)
    if lock is None:
        if mode == "required":
            raise LockRequired(context.dialect_name)
        yield None
        return
    try:
        _acquire(lock, float(context.opts.get("lock_timeout", 600)))
        yield lock
    finally:
        lock.release()
        if engine is not None:
            engine.dispose()


def _lock_of(context: MigrationContext) -> tuple[Lock | None, Engine | None]:
    connection = context.connection
    if connection is None or context.as_sql or connection.in_transaction():
        # In a transaction of the caller's, what a lock guards was read before it could be taken.
        return None, None
    engine = _own_engine(connection)
    lock = context.pack.lock(engine, _key(context, engine))
    return lock, engine


def _own_engine(connection: Connection) -> Engine:
    """Return an engine to the same database whose connections the application's pool does not count."""
    from sqlalchemy import Engine

    engine = connection.engine
    return Engine(pool=engine.pool.recreate(), dialect=engine.dialect, url=engine.url)


def _key(context: MigrationContext, engine: Engine) -> str:
    return "/".join((engine.url.database or "", context.version_table_schema or "", context.version_table))


def _acquire(lock: Lock, timeout: float) -> None:
    until = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while not lock.try_acquire():
        if time.monotonic() >= until:
            raise LockNotAcquired(timeout)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
