"""Every kind of connection that a project's engine can hand to a run, on a real file."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from migrateops.dialects.sqlite.transactions import SQLiteTransaction, begin, join


class Opens(Protocol):
    """``begin`` or ``join``."""

    def __call__(self, connection: sa.Connection, *, rebuilds: bool = False) -> SQLiteTransaction: ...


Work = Callable[[sa.Connection, Opens], None]

_AUTOCOMMIT_KINDS = (
    "autocommit_true",
    "autocommit_false",
    "autocommit_true_begin_hook",
    "aiosqlite_autocommit_true",
    "aiosqlite_autocommit_false",
)
KINDS = (
    "plain",
    "begin_hook",
    "isolation_level",
    # SQLAlchemy has had the option since 2.0.43.
    *(("skip_rollback",) if "skip_autocommit_rollback" in Dialect.__annotations__ else ()),
    "static_pool",
    "aiosqlite",
    # The driver has had the autocommit argument since then.
    *(_AUTOCOMMIT_KINDS if sys.version_info >= (3, 12) else ()),
)
OWNERS = ("begin", "engine.begin()", "autobegun")


class Database:
    """A file, the engines on it, and a driver connection of its own to look at it from outside."""

    def __init__(self, path: Path, *, enforce: bool = False) -> None:
        self.path = path
        self.enforce = enforce

    def engine(self, kind: str = "plain") -> sa.Engine:
        """Return an engine of one of ``KINDS`` except aiosqlite; a busy database is waited for 0.1 s."""
        arguments: dict[str, Any] = {"timeout": 0.1}
        options: dict[str, Any] = {}
        if kind == "begin_hook":
            arguments["isolation_level"] = None
        elif kind == "isolation_level":
            options["isolation_level"] = "AUTOCOMMIT"
        elif kind == "skip_rollback":
            options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
        elif kind == "static_pool":
            options["poolclass"] = StaticPool
        elif "autocommit_" in kind:
            arguments["autocommit"] = not kind.endswith("autocommit_false")
        engine = sa.create_engine(f"sqlite:///{self.path}", connect_args=arguments, **options)
        if kind.endswith("begin_hook"):
            event.listen(engine, "begin", _send_begin)
        self._enforce_on_connect(engine)
        return engine

    def _enforce_on_connect(self, engine: sa.Engine) -> None:
        if not self.enforce:
            return

        @event.listens_for(engine, "connect")
        def enforce(dbapi_connection: Any, _: Any) -> None:
            cursor = dbapi_connection.cursor()
            inside = getattr(dbapi_connection, "driver_connection", dbapi_connection).in_transaction
            if inside:
                cursor.execute("COMMIT")
            cursor.execute("PRAGMA foreign_keys = ON")
            if inside:
                cursor.execute("BEGIN")
            cursor.close()

    def run(self, kind: str, owner: str, work: Work) -> None:
        """Call *work* with a connection of that kind, and let the owner of the transaction end it."""
        if kind.startswith("aiosqlite"):
            asyncio.run(self._run_async(kind, owner, work))
            return
        engine = self.engine(kind)
        try:
            if owner == "engine.begin()":
                with engine.begin() as connection:
                    work(connection, join)
            else:
                with engine.connect() as connection:
                    _run_connected(connection, owner, work)
        finally:
            engine.dispose()

    async def _run_async(self, kind: str, owner: str, work: Work) -> None:
        arguments: dict[str, Any] = {"timeout": 0.1}
        if "autocommit_" in kind:
            arguments["autocommit"] = not kind.endswith("autocommit_false")
        engine: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{self.path}", connect_args=arguments)
        self._enforce_on_connect(engine.sync_engine)
        try:
            if owner == "engine.begin()":
                async with engine.begin() as connection:
                    await connection.run_sync(work, join)
            else:
                async with engine.connect() as connection:
                    await connection.run_sync(_run_connected, owner, work)
        finally:
            await engine.dispose()

    def look(self, statement: str) -> list[Any]:
        """Return the rows of a SELECT, from a connection that has nothing to do with the engine's."""
        outside = sqlite3.connect(self.path, timeout=0.1)
        try:
            return outside.execute(statement).fetchall()
        finally:
            outside.close()

    def prepare(self, script: str) -> None:
        outside = sqlite3.connect(self.path)
        try:
            outside.executescript(script)
        finally:
            outside.close()

    def tables(self) -> list[str]:
        """Return the names of the committed tables."""
        return [
            name for (name,) in self.look("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]


def _run_connected(connection: sa.Connection, owner: str, work: Work) -> None:
    if owner == "begin":
        work(connection, begin)
        return
    connection.execute(sa.text("SELECT 1")).all()
    try:
        work(connection, join)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _send_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def sends(*statements: str, rebuilds: bool = False, seen: list[SQLiteTransaction] | None = None) -> Work:
    """Return work that runs one step of these statements, as the runtime does.

    Args:
        statements: Sent one after the other through the connection.
        rebuilds: As for ``begin()``.
        seen: Gets the transaction of the step.
    """

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection, rebuilds=rebuilds)
        if seen is not None:
            seen.append(step)
        try:
            for statement in statements:
                connection.exec_driver_sql(statement)
            step.check()
            step.commit()
        except BaseException:
            step.rollback()
            raise

    return work
