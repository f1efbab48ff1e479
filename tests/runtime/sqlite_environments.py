"""The ways in which an ``env.py`` opens a SQLite file and begins, or does not begin, a transaction."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from textwrap import indent

PLAIN = "sa.create_engine(URL)"
_CONNECT_ARGS = "sa.create_engine(URL, connect_args={})"

ENGINES = {
    "plain": PLAIN,
    "begin_hook": _CONNECT_ARGS.format("{'isolation_level': None}"),
    "AUTOCOMMIT": "sa.create_engine(URL, isolation_level='AUTOCOMMIT')",
    "static_pool": "sa.create_engine(URL, poolclass=StaticPool)",
    "autocommit=True": _CONNECT_ARGS.format("{'autocommit': True}"),
    "autocommit=False": _CONNECT_ARGS.format("{'autocommit': False}"),
    "aiosqlite": "create_async_engine(ASYNC_URL)",
}

LEFT_OUT = () if sys.version_info >= (3, 12) else ("autocommit=True", "autocommit=False")
"""What this Python cannot do: its sqlite3 has no ``autocommit`` argument."""

KINDS = tuple(kind for kind in ENGINES if kind not in LEFT_OUT)

OWNERS = ("we begin", "env.py selected first", "engine.begin()")

_HEAD = """\
import asyncio

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from migrateops import context

URL = {url!r}
ASYNC_URL = URL.replace("sqlite:", "sqlite+aiosqlite:")
"""

_SYNC = """
engine = {engine}
{hooks}

def migrate(connection):
{migrate}

try:
    with engine.{method}() as connection:
        migrate(connection)
finally:
    engine.dispose()
"""

_ASYNC = """
def migrate(connection):
{migrate}

async def run():
    engine = {engine}
    try:
        async with engine.{method}() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()

asyncio.run(run())
"""

_BEGIN_HOOK = """
@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")
"""

MIGRATE = """\
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""


def env_py(url: str, kind: str = "plain", owner: str = "we begin", *, before: str = "") -> str:
    """Return the source of an ``env.py``.

    Args:
        url: The database.
        kind: One of ``KINDS``.
        owner: One of ``OWNERS``.
        before: Source that is executed with ``connection`` before ``configure()``.
    """
    if owner == "env.py selected first":
        before += "connection.execute(sa.text('SELECT 1')).all()\n"
    return _HEAD.format(url=url) + (_ASYNC if kind == "aiosqlite" else _SYNC).format(
        engine=ENGINES[kind],
        hooks=_BEGIN_HOOK if kind == "begin_hook" else "",
        migrate=indent(before + MIGRATE, "    "),
        method="begin" if owner == "engine.begin()" else "connect",
    )


def online(url: str, body: str, *, engine: str = PLAIN) -> str:
    """Return the source of an ``env.py`` that does *body* with ``engine``."""
    lines = f"engine = {engine}\ntry:\n{indent(body, '    ')}\nfinally:\n    engine.dispose()\n"
    return _HEAD.format(url=url) + lines


def rows(file: Path, statement: str) -> list[tuple[object, ...]]:
    """Return the rows of a SELECT from a connection of the test's own."""
    outside = sqlite3.connect(file, timeout=0.1)
    try:
        return outside.execute(statement).fetchall()
    finally:
        outside.close()


def tables(file: Path) -> set[str]:
    """Return the names of the committed tables."""
    return {str(name) for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def heads(file: Path) -> list[str]:
    """Return the committed rows of the version table."""
    return [str(row) for (row,) in rows(file, "SELECT version_num FROM migrateops_version ORDER BY 1")]
