"""A step is all or nothing, on every kind of connection and whoever owns the transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.transactions import SQLiteTransaction, begin, join
from migrateops.errors.database import DatabaseLocked
from tests.core.dialects.sqlite.connections import Database, Opens, sends

STEP = (
    "CREATE TABLE b (id INTEGER PRIMARY KEY)",
    "INSERT INTO b VALUES (1)",
    "ALTER TABLE a ADD COLUMN added INTEGER",
    "UPDATE a SET added = 7",
    "CREATE INDEX i ON a (added)",
    "DROP TABLE gone",
)
# Cells in which no code of ours can help: SQLAlchemy cannot end this driver's transaction, the engine
# begins it by itself, and the caller is the owner.
LOST_BY_THE_CALLER = {
    ("autocommit_true_begin_hook", "engine.begin()"),
    ("autocommit_true_begin_hook", "autobegun"),
}


class Failed(Exception):
    pass


def state(database: Database) -> tuple[Any, ...]:
    return (
        database.tables(),
        [name for (name,) in database.look("SELECT name FROM pragma_table_info('a')")],
        database.look("SELECT name FROM sqlite_master WHERE type = 'index'"),
    )


def test_success_is_durable_when_the_owner_has_finished(prepared: Database, kind: str, owner: str) -> None:
    if (kind, owner) in LOST_BY_THE_CALLER:
        pytest.skip("the engine's own hook begins what the driver's commit() does not end")
    before = state(prepared)
    seen: list[tuple[Any, ...]] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        for statement in STEP:
            connection.exec_driver_sql(statement)
        seen.append(state(prepared))
        step.check()
        connection.exec_driver_sql("INSERT INTO b VALUES (2)")
        step.commit()
        assert step.atomic
        assert step.notes == []

    prepared.run(kind, owner, work)
    assert seen == [before]
    assert state(prepared) == (["a", "b"], ["id", "added"], [("i",)])
    assert prepared.look("SELECT id FROM b ORDER BY 1") == [(1,), (2,)]
    assert prepared.look("SELECT added FROM a") == [(7,)]


@pytest.mark.parametrize("after", [1, 3, len(STEP)])
def test_failure_leaves_nothing(prepared: Database, kind: str, owner: str, after: int) -> None:
    before = state(prepared)
    with pytest.raises(OperationalError):
        prepared.run(kind, owner, sends(*STEP[:after], "SELECT * FROM nowhere"))
    assert state(prepared) == before
    prepared.prepare("INSERT INTO a VALUES (2)")  # and holds no lock


def test_failure_leaves_nothing_when_the_caller_commits_all_the_same(
    prepared: Database, kind: str, owner: str
) -> None:
    if (kind, owner) in LOST_BY_THE_CALLER:
        pytest.skip("the engine's own hook begins what the driver's commit() does not end")

    def work(connection: sa.Connection, opens: Opens) -> None:
        sends("CREATE TABLE earlier (x)", "INSERT INTO earlier VALUES (1)")(connection, opens)
        with pytest.raises(OperationalError):
            sends(*STEP, "SELECT * FROM nowhere")(connection, opens)
        sends("CREATE TABLE later (x)")(connection, opens)

    prepared.run(kind, owner, work)
    assert prepared.tables() == ["a", "earlier", "gone", "later"]
    assert prepared.look("SELECT x FROM earlier") == [(1,)]


def test_a_failed_step_leaves_what_the_caller_wrote_before_it(prepared: Database) -> None:
    engine = prepared.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO a VALUES (2)")
        step = join(connection)
        connection.exec_driver_sql("DELETE FROM a")
        step.rollback()
        step.rollback()
    engine.dispose()
    assert prepared.look("SELECT id FROM a ORDER BY 1") == [(1,), (2,)]


def test_a_failed_first_step_leaves_nothing_for_the_caller_to_commit(
    prepared: Database, kind: str, owner: str
) -> None:
    before = state(prepared)

    def work(connection: sa.Connection, opens: Opens) -> None:
        with pytest.raises(OperationalError):
            sends(*STEP, "SELECT * FROM nowhere")(connection, opens)

    prepared.run(kind, owner, work)
    assert state(prepared) == before


def test_steps_in_the_callers_transaction_are_undone_with_it(prepared: Database, kind: str) -> None:
    owns: list[bool] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        for table in ("one", "two"):
            seen: list[SQLiteTransaction] = []
            sends(f"CREATE TABLE {table} (x)", seen=seen)(connection, opens)
            owns.append(seen[0].owned)
        raise Failed

    with pytest.raises(Failed):
        prepared.run(kind, "engine.begin()", work)
    # Where the caller's end does not reach the driver, each step is durable by itself, and says so.
    durable = kind in {"skip_rollback", "autocommit_true", "aiosqlite_autocommit_true"}
    assert owns == [durable, durable]
    assert prepared.tables() == (["a", "gone", "one", "two"] if durable else ["a", "gone"])


def test_two_steps_begun_on_one_connection(prepared: Database, kind: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        sends("CREATE TABLE one (x)")(connection, opens)
        assert not connection.in_transaction()
        assert prepared.tables() == ["a", "gone", "one"]
        with pytest.raises(OperationalError):
            sends("CREATE TABLE two (x)", "SELECT * FROM nowhere")(connection, opens)
        assert not connection.in_transaction()
        sends("CREATE TABLE three (x)")(connection, opens)

    prepared.run(kind, "begin", work)
    assert prepared.tables() == ["a", "gone", "one", "three"]


def test_the_connection_is_as_it_was(prepared: Database, kind: str, owner: str) -> None:
    """No setting of the engine, the pool or the driver is changed."""
    settings: list[tuple[Any, ...]] = []

    def look(connection: sa.Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw = getattr(raw, "_conn", raw)
        foreign_keys = connection.connection.cursor()
        foreign_keys.execute("PRAGMA foreign_keys")
        settings.append(
            (raw.isolation_level, getattr(raw, "autocommit", None), raw.row_factory, foreign_keys.fetchall())
        )
        foreign_keys.close()

    def work(connection: sa.Connection, opens: Opens) -> None:
        look(connection)
        sends("CREATE TABLE one (x)", rebuilds=True)(connection, opens)
        look(connection)

    prepared.run(kind, owner, work)
    assert settings[0] == settings[1]


def test_savepoints_and_sessions_of_the_script_work(prepared: Database, kind: str, owner: str) -> None:
    if (kind, owner) in LOST_BY_THE_CALLER:
        pytest.skip("the engine's own hook begins what the driver's commit() does not end")

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection)
        with connection.begin_nested():
            connection.exec_driver_sql("INSERT INTO a VALUES (2)")
        nested = connection.begin_nested()
        connection.exec_driver_sql("INSERT INTO a VALUES (3)")
        nested.rollback()
        with Session(bind=connection) as session:
            session.execute(sa.text("INSERT INTO a VALUES (4)"))
            session.commit()
        step.check()
        step.commit()

    prepared.run(kind, owner, work)
    assert prepared.look("SELECT id FROM a ORDER BY 1") == [(1,), (2,), (4,)]


@pytest.mark.parametrize("rebuilds", [False, True])
def test_a_locked_database(prepared: Database, kind: str, owner: str, rebuilds: bool) -> None:
    writer = sqlite3.connect(prepared.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises((DatabaseLocked, OperationalError)) as caught:
            prepared.run(kind, owner, sends(*STEP, rebuilds=rebuilds))
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    if not kind.endswith("begin_hook") and not kind.endswith("autocommit_false"):
        # There we begin, and at once for writing; elsewhere the first statement that writes fails.
        assert isinstance(caught.value, DatabaseLocked)
        assert caught.value.database == str(prepared.path)
    assert prepared.tables() == ["a", "gone"]


def test_a_commit_that_fails_can_be_rolled_back(prepared: Database, kind: str) -> None:
    """A reader keeps the writer from committing, outside of write-ahead logging."""
    reader = sqlite3.connect(prepared.path, isolation_level=None)

    def work(connection: sa.Connection, opens: Opens) -> None:
        resting = driver.in_transaction(connection)
        step = opens(connection)
        connection.exec_driver_sql("CREATE TABLE b (x)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM a").fetchall()
        with pytest.raises((OperationalError, sqlite3.OperationalError)):
            step.commit()
        step.rollback()
        step.rollback()
        assert driver.in_transaction(connection) is resting
        reader.execute("COMMIT")
        sends("CREATE TABLE c (x)")(connection, opens)

    prepared.run(kind, "begin", work)
    reader.close()
    assert prepared.tables() == ["a", "c", "gone"]


# In memory, and by the way


def test_in_memory() -> None:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        with pytest.raises(OperationalError):
            sends("CREATE TABLE one (x)", "SELECT * FROM nowhere")(connection, begin)
        sends("CREATE TABLE two (x)")(connection, begin)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["two"]
    engine.dispose()


def test_per_connection_autocommit(prepared: Database) -> None:
    engine = prepared.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        with pytest.raises(OperationalError):
            sends(*STEP, "SELECT * FROM nowhere")(connection, begin)
        assert prepared.tables() == ["a", "gone"]
        sends(*STEP)(connection, begin)
        assert prepared.tables() == ["a", "b"]
    engine.dispose()


def test_listeners_are_gone_after_the_step(prepared: Database) -> None:
    engine = prepared.engine()
    with engine.connect() as connection:
        sends("CREATE TABLE one (x)")(connection, begin)
        with pytest.raises(OperationalError):
            sends("SELECT * FROM nowhere")(connection, begin)
        connection.exec_driver_sql("CREATE TABLE two (x)")
        connection.exec_driver_sql("INSERT INTO two VALUES (1)")
        connection.commit()
        connection.exec_driver_sql("VACUUM")
    engine.dispose()
    assert prepared.look("SELECT x FROM two") == [(1,)]


def test_an_interrupted_step_leaves_nothing(prepared: Database, kind: str, owner: str) -> None:
    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection, rebuilds=True)
        try:
            connection.exec_driver_sql("CREATE TABLE one (x)")
            raise KeyboardInterrupt
        except BaseException:
            step.rollback()
            raise

    with pytest.raises((KeyboardInterrupt, asyncio.CancelledError)):
        prepared.run(kind, owner, work)
    assert prepared.tables() == ["a", "gone"]
