from __future__ import annotations

import asyncio
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from migrateops.dialects.base import ErrorKind
from migrateops.dialects.sqlite.error_kind import error_kind
from migrateops.errors.database import DatabaseLocked
from tests.core.dialects.sqlite.connections import Database

STATEMENTS: list[tuple[str, ErrorKind | None]] = [
    ("INSERT INTO a VALUES (1, 'x')", "constraint"),
    ("INSERT INTO a VALUES (2, NULL)", "constraint"),
    ("INSERT INTO a VALUES (3, 'too long')", "constraint"),
    ("ALTER TABLE a ALTER COLUMN name TYPE TEXT", "unsupported"),
    ("ALTER TABLE a ADD COLUMN other TEXT UNIQUE", "unsupported"),
    ("ALTER TABLE a DROP COLUMN id", "unsupported"),
    ("SELECT * FROM nowhere", None),
]
SCHEMA = """
CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) < 3));
INSERT INTO a VALUES (1, 'x');
"""


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_statements(database: Database, statement: str, expected: ErrorKind | None) -> None:
    database.prepare(SCHEMA)
    engine = database.engine()
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(statement)
    engine.dispose()
    assert error_kind(caught.value) == expected
    assert caught.value.orig is not None
    assert error_kind(caught.value.orig) == expected


def test_locked(database: Database) -> None:
    database.prepare(SCHEMA)
    writer = sqlite3.connect(database.path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    engine = database.engine()
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.exec_driver_sql("SELECT * FROM a")
    engine.dispose()
    writer.close()
    assert error_kind(caught.value) == "locked"
    assert error_kind(DatabaseLocked(None)) == "locked"


@pytest.mark.parametrize(
    ("pragma", "expected"), [("max_page_count = 1", "full"), ("query_only = ON", "denied")]
)
def test_nothing_can_be_written(database: Database, pragma: str, expected: ErrorKind) -> None:
    database.prepare(SCHEMA)
    engine = database.engine()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {pragma}")
        with pytest.raises(OperationalError) as caught:
            connection.exec_driver_sql("CREATE TABLE b AS SELECT zeroblob(100000)")
    engine.dispose()
    assert error_kind(caught.value) == expected


def test_lost(database: Database) -> None:
    closed = sqlite3.connect(database.path)
    closed.close()
    with pytest.raises(sqlite3.ProgrammingError) as caught:
        closed.execute("SELECT 1")
    assert error_kind(caught.value) == "lost"
    engine = sa.create_engine(f"sqlite:///{database.path.parent}/no/such/directory/test.db")
    with pytest.raises(OperationalError) as unopened:
        engine.connect()
    assert error_kind(unopened.value) == "lost"


def test_asynchronous(database: Database) -> None:
    database.prepare(SCHEMA)

    async def insert() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{database.path}")
        try:
            async with engine.connect() as connection:
                await connection.exec_driver_sql("INSERT INTO a VALUES (1, 'x')")
        finally:
            await engine.dispose()

    with pytest.raises(IntegrityError) as caught:
        asyncio.run(insert())
    assert error_kind(caught.value) == "constraint"


@pytest.mark.parametrize("other", [ValueError("database is locked"), KeyboardInterrupt(), ArgumentError("x")])
def test_not_of_the_driver(other: BaseException) -> None:
    assert error_kind(other) is None
