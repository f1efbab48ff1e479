"""VACUUM and the pragmas that do not work inside a transaction never pass silently."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from migrateops.dialects.sqlite.transactions import SQLiteTransaction
from migrateops.errors.database import (
    NoLongerAtomic,
    StatementAfterWrite,
    StatementInCallersTransaction,
)
from tests.core.dialects.sqlite.connections import Database, Opens, sends

OUTSIDE = (
    "VACUUM",
    "-- smaller\nVACUUM",
    "PRAGMA journal_mode=WAL",
    "PRAGMA main.journal_mode(wal)",
    "PRAGMA synchronous=off",
)


@pytest.mark.parametrize("statement", OUTSIDE)
def test_first_it_is_sent_outside(database: Database, kind: str, statement: str) -> None:
    seen: list[SQLiteTransaction] = []
    work = sends("SELECT 1", "PRAGMA table_info('a')", statement, "CREATE TABLE one (x)", seen=seen)
    database.run(kind, "begin", work)
    assert not seen[0].atomic
    assert len(seen[0].notes) == 1
    assert database.tables() == ["one"]
    if "journal" in statement:
        assert database.look("PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_what_follows_is_still_all_or_nothing(database: Database, kind: str, statement: str) -> None:
    with pytest.raises(OperationalError):
        database.run(kind, "begin", sends(statement, "CREATE TABLE one (x)", "SELECT * FROM nowhere"))
    assert database.tables() == []
    database.prepare("CREATE TABLE two (x)")


WRITING = (
    "CREATE TABLE one (x)",
    "INSERT INTO a VALUES (1)",
    "PRAGMA user_version = 3",
    "/* */ with n as (select 1) delete from a",
)


@pytest.mark.parametrize("statement", OUTSIDE)
@pytest.mark.parametrize("writing", WRITING)
def test_after_writing_it_is_refused_before_it_is_sent(
    database: Database, statement: str, writing: str
) -> None:
    database.prepare("CREATE TABLE a (x)")
    with pytest.raises(StatementAfterWrite) as caught:
        database.run("plain", "begin", sends(writing, statement))
    assert caught.value.written == 1
    assert caught.value.statement == statement.removeprefix("-- smaller\n")
    assert database.look("PRAGMA journal_mode") == [("delete",)]


def test_the_step_is_undone_when_one_is_refused(database: Database, kind: str, owner: str) -> None:
    database.prepare("CREATE TABLE a (x)")
    with pytest.raises((StatementAfterWrite, StatementInCallersTransaction)):
        database.run(kind, owner, sends(*WRITING, "VACUUM"))
    assert database.tables() == ["a"]
    assert database.look("SELECT * FROM a") == []
    assert database.look("PRAGMA user_version") == [(0,)]


@pytest.mark.parametrize("kind", ["plain", "static_pool", "aiosqlite", "isolation_level"])
def test_in_a_callers_transaction_that_holds_nothing(database: Database, kind: str) -> None:
    database.run(kind, "engine.begin()", sends("VACUUM", "CREATE TABLE one (x)"))
    assert database.tables() == ["one"]


def test_not_in_a_callers_transaction_that_may_hold_something(database: Database) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        sends("CREATE TABLE one (x)")(connection, opens)
        with pytest.raises(StatementInCallersTransaction):
            sends("VACUUM")(connection, opens)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.run("plain", "engine.begin()", work)
    assert database.tables() == []


def test_not_inside_a_savepoint_of_the_script(database: Database) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        with connection.begin_nested(), pytest.raises(StatementAfterWrite):
            connection.exec_driver_sql("VACUUM")
        step.commit()

    database.run("plain", "begin", work)


def test_what_is_in_force_passes(database: Database) -> None:
    database.prepare("PRAGMA journal_mode=WAL")
    seen: list[SQLiteTransaction] = []
    work = sends(
        "CREATE TABLE one (x)",
        "PRAGMA journal_mode",
        "PRAGMA journal_mode = wal",
        "PRAGMA synchronous",
        "PRAGMA cache_size = 100",
        seen=seen,
    )
    database.run("plain", "begin", work)
    assert seen[0].atomic
    assert seen[0].notes == []
    assert database.tables() == ["one"]


def test_a_statement_that_fails_outside_ends_nothing(database: Database, kind: str) -> None:
    """The script survives the failure and goes on, in a transaction again."""
    seen: list[Any] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        with pytest.raises(OperationalError):
            connection.exec_driver_sql("VACUUM nowhere")
        connection.exec_driver_sql("CREATE TABLE one (x)")
        seen.append(database.tables())
        step.commit()

    database.run(kind, "begin", work)
    assert seen == [[]]
    assert database.tables() == ["one"]


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_statement_that_fails_outside_at_the_end(database: Database, kind: str, ending: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        with pytest.raises(OperationalError):
            connection.exec_driver_sql("VACUUM nowhere")
        if ending == "commit":
            step.commit()
        else:
            step.rollback()
        sends("CREATE TABLE one (x)")(connection, opens)

    database.run(kind, "begin", work)
    assert database.tables() == ["one"]


def test_a_writer_in_between_is_waited_for_and_then_named(database: Database) -> None:
    """The transaction is begun again after the statement; it may have to wait, and fail."""

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        other = sqlite3.connect(database.path, isolation_level=None)

        @event.listens_for(connection, "before_cursor_execute")
        def take(*_: Any) -> None:
            other.execute("BEGIN IMMEDIATE")

        try:
            connection.exec_driver_sql("PRAGMA synchronous=off")
        except BaseException:
            step.rollback()
            raise
        finally:
            other.execute("ROLLBACK")
            other.close()

    with pytest.raises(Exception) as caught:
        database.run("plain", "begin", work)
    assert getattr(caught.value, "code", None) == "MO407"
    assert not isinstance(caught.value, NoLongerAtomic)
