"""What reaches the server or the stream: types that tables share, terminators, and data as it was given."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.operations.base import Operations
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema


@pytest.fixture
def connection(postgresql_schema: Schema) -> Iterator[sa.Connection]:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _mood(*values: str) -> sa.Column[str]:
    return sa.Column("mood", sa.Enum(*values, name="mood"))


def _labels(connection: sa.Connection) -> list[str]:
    [found] = [one for one in sa.inspect(connection).get_enums() if one["name"] == "mood"]  # type: ignore[attr-defined]
    return list(found["labels"])


def test_a_type_that_was_rolled_back_is_created_again(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection)
    op = Operations(context)
    with suppress(ZeroDivisionError), context.begin_transaction():
        op.create_table("first", _mood("a", "b"))
        raise ZeroDivisionError
    assert sa.inspect(connection).get_table_names() == []
    connection.rollback()
    with context.begin_transaction():
        op.create_table("first", _mood("a", "b"))
    assert _labels(connection) == ["a", "b"]


def test_a_type_that_was_dropped_is_created_again(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection)
    op = Operations(context)
    with context.begin_transaction():
        op.create_table("first", _mood("a", "b"))
        op.drop_table("first")
        op.execute("DROP TYPE mood")
        op.create_table("first", _mood("a", "c"))
    assert _labels(connection) == ["a", "c"]


def test_a_type_that_two_tables_share_is_created_once(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection)
    op = Operations(context)
    with context.begin_transaction():
        op.create_table("first", _mood("a", "b"), sa.Column("other", sa.Enum("a", "b", name="mood")))
        op.create_table("second", _mood("a", "b"))
    assert _labels(connection) == ["a", "b"]


def _offline(dialect: str) -> tuple[Operations, io.StringIO]:
    buffer = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer})
    return Operations(context), buffer


@pytest.mark.parametrize("drop", ["DROP TYPE mood", 'drop  type if exists x."mood" CASCADE', "element"])
def test_a_stream_that_drops_a_type_creates_it_again(connection: sa.Connection, drop: str) -> None:
    op, buffer = _offline("postgresql")
    op.create_table("first", _mood("a", "b"), sa.Column("size", sa.Enum("s", name="size")))
    op.create_table("second", _mood("a", "b"))
    op.drop_table("first")
    op.drop_table("second")
    if drop == "element":
        postgresql.ENUM(name="mood").drop(op.get_bind(), checkfirst=False)
    else:
        op.execute(drop.replace("x.", f"{connection.scalar(sa.text('SELECT current_schema()'))}."))
    op.create_table("first", _mood("a", "c"), sa.Column("size", sa.Enum("s", name="size")))
    connection.exec_driver_sql(buffer.getvalue())
    assert _labels(connection) == ["a", "c"]


def test_a_tab_in_the_data_stays_one() -> None:
    op, buffer = _offline("sqlite")
    op.create_table("t", sa.Column("x", sa.Text, server_default="a\n\tb\t'"))
    op.execute("INSERT INTO t DEFAULT VALUES")
    op.execute("INSERT INTO t VALUES ('c\n\td')")
    op.bulk_insert(sa.table("t", sa.column("x", sa.Text)), [{"x": "e\tf"}])
    database = sqlite3.connect(":memory:")
    database.executescript(buffer.getvalue())
    assert [x for (x,) in database.execute("SELECT x FROM t")] == ["a\n\tb\t'", "c\n\td", "e\tf"]
    database.close()


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("INSERT INTO t VALUES ('a') -- why", "a"),
        ("INSERT INTO t VALUES ('b')\n-- it's why;", "b"),
        ("INSERT INTO t VALUES ('c--d')", "c--d"),
        ("INSERT INTO t VALUES ('e--f');", "e--f"),
        ("INSERT INTO t VALUES ('g;') -- why;", "g;"),
        ("INSERT INTO t VALUES -- why\n('h')", "h"),
    ],
)
def test_a_comment_does_not_swallow_the_terminator(statement: str, value: str) -> None:
    op, buffer = _offline("sqlite")
    op.execute("CREATE TABLE t (x)")
    op.execute(statement)
    op.execute("INSERT INTO t VALUES ('next')")
    assert ";;" not in buffer.getvalue()
    database = sqlite3.connect(":memory:")
    database.executescript(buffer.getvalue())
    assert [x for (x,) in database.execute("SELECT x FROM t")] == [value, "next"]
    database.close()
