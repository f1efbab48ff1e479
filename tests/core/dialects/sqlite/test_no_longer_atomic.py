"""A transaction that is ended under its step is seen, at the next statement or at the end."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops.dialects.sqlite.transactions import begin
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.database import NoLongerAtomic, TransactionControl
from tests.core.dialects.sqlite.connections import KINDS, Database, Opens, sends


def executescript(connection: sa.Connection) -> None:
    cursor = connection.connection.cursor()
    cursor.executescript("CREATE TABLE sneaked (x); INSERT INTO sneaked VALUES (1);")
    cursor.close()


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if "autocommit_" not in kind and kind != "aiosqlite"]
)
def test_executescript_is_seen_at_the_next_statement(prepared: Database, kind: str, owner: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        try:
            connection.exec_driver_sql("CREATE TABLE one (x)")
            executescript(connection)
            connection.exec_driver_sql("CREATE TABLE two (x)")
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(NoLongerAtomic) as caught:
        prepared.run(kind, owner, work)
    assert caught.value.applied == ("CREATE TABLE one (x)",)
    assert caught.value.count == 1
    assert prepared.tables() == ["a", "gone", "one", "sneaked"]
    prepared.prepare("INSERT INTO a VALUES (2)")


def test_executescript_is_seen_at_the_check(prepared: Database, owner: str) -> None:
    """Also if another transaction has begun since, past SQLAlchemy."""

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        executescript(connection)
        cursor = connection.connection.cursor()
        cursor.execute("INSERT INTO a VALUES (9)")  # begins one, as drivers do by default
        cursor.close()
        try:
            step.check()
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(NoLongerAtomic):
        prepared.run("plain", owner, work)
    assert prepared.tables() == ["a", "gone", "sneaked"]
    assert prepared.look("SELECT id FROM a") == [(1,)]


def test_commit_checks_too(prepared: Database, owner: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        executescript(connection)
        try:
            step.commit()
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(NoLongerAtomic):
        prepared.run("plain", owner, work)


def test_a_raw_commit_is_seen_on_every_connection(prepared: Database, kind: str, owner: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        connection.exec_driver_sql("CREATE TABLE one (x)")
        cursor = connection.connection.cursor()
        cursor.execute("COMMIT")
        cursor.close()
        try:
            step.commit()
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(NoLongerAtomic) as caught:
        prepared.run(kind, owner, work)
    assert caught.value.count == 1
    prepared.prepare("INSERT INTO a VALUES (2)")


@pytest.mark.parametrize("statement", ["COMMIT", "-- now\ncommit transaction;", "END", "ROLLBACK"])
def test_a_script_may_not_end_the_transaction(
    prepared: Database, kind: str, owner: str, statement: str
) -> None:
    with pytest.raises(TransactionControl):
        prepared.run(kind, owner, sends("CREATE TABLE one (x)", statement))
    assert prepared.tables() == ["a", "gone"]


def test_a_script_may_not_commit_the_connection(prepared: Database, kind: str, owner: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        connection.exec_driver_sql("CREATE TABLE one (x)")
        try:
            connection.commit()
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(TransactionControl):
        prepared.run(kind, owner, work)
    assert prepared.tables() == ["a", "gone"]


def test_a_rollback_inside_the_script_is_seen(prepared: Database, kind: str) -> None:
    """Before the next statement, also where another transaction has begun since."""

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        connection.exec_driver_sql("CREATE TABLE one (x)")
        connection.rollback()
        try:
            connection.exec_driver_sql("CREATE TABLE two (x)")
        except BaseException:
            step.rollback()
            raise

    with pytest.raises(NoLongerAtomic) as caught:
        prepared.run(kind, "begin", work)
    assert caught.value.count == 1
    assert prepared.tables() == ["a", "gone"]


def test_a_closed_connection_is_no_longer_atomic(prepared: Database) -> None:
    engine = prepared.engine()
    connection = engine.connect()
    step = begin(connection)
    connection.exec_driver_sql("CREATE TABLE one (x)")
    connection.close()
    with pytest.raises(NoLongerAtomic):
        step.check()
    step.rollback()
    engine.dispose()
    assert prepared.tables() == ["a", "gone"]


def test_statements_in_the_error_are_bounded(prepared: Database) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        for number in range(2, 500):
            connection.exec_driver_sql(f"INSERT INTO a VALUES ({number}) -- {'x' * 2000}")
        executescript(connection)
        try:
            step.check()
        finally:
            step.rollback()

    with pytest.raises(NoLongerAtomic) as caught:
        prepared.run("plain", "begin", work)
    assert caught.value.count == 498
    assert len(caught.value.applied) == 100
    assert max(map(len, caught.value.applied)) == 500


@pytest.mark.parametrize("error", [NoLongerAtomic(("x" * 300,), 3), TransactionControl("COMMIT\n;")])
def test_messages_are_one_line(error: MigrateOpsError) -> None:
    assert "\n" not in error.message()
    assert len(error.message()) < 300
