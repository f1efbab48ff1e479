"""Transactions that are not ours: begun and held in env.py, or by the program that passes a connection in."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.database import RebuildWouldCascade
from migrateops.errors.runtime import ForeignTransaction, RevisionFailed, RunNotCommitted
from tests.project import Project
from tests.runtime.sqlite_environments import heads, online, rows, tables

HELD = """\
with engine.connect() as connection:
    transaction = connection.begin()
    context.configure(connection=connection)
    context.run_migrations()
    {end}
"""
PASSED_IN = """
from migrateops import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""
CREATE = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'


def config_with(project: Project, connection: sa.Connection | None) -> Config:
    config = Config.find(project.root)
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(project: Project, connection: sa.Connection | None = None) -> None:
    command.upgrade(config_with(project, connection), "head")


def file_of(project: Project) -> Path:
    return project.root / "app.db"


def test_a_transaction_that_env_py_holds_is_left_for_it_to_commit(project: Project) -> None:
    project.build(env=online(project.url, HELD.format(end="transaction.commit()")))
    project.revision("aa1", upgrade=CREATE)
    upgrade(project)
    assert heads(file_of(project)) == ["aa1"]
    assert tables(file_of(project)) == {"first", "migrateops_version"}


def test_it_is_not_committed_before_env_py_does(project: Project) -> None:
    look = (
        "import sqlite3\nseen = sqlite3.connect(URL[10:]).execute('SELECT * FROM sqlite_master').fetchall()"
    )
    keep = "context.config.attributes['seen'] = seen"
    end = "\n    ".join([*look.splitlines(), keep, "transaction.commit()"])
    project.build(env=online(project.url, HELD.format(end=end)))
    project.revision("aa1", upgrade=CREATE)
    config = Config.find(project.root)
    command.upgrade(config, "head")
    assert config.attributes["seen"] == []
    assert heads(file_of(project)) == ["aa1"]


@pytest.mark.parametrize("end", ["transaction.rollback()", "pass"], ids=["rolled back", "closed"])
def test_env_py_that_does_not_commit_its_transaction_is_told(project: Project, end: str) -> None:
    project.build(env=online(project.url, HELD.format(end=end)))
    project.revision("aa1", upgrade=CREATE)
    with pytest.raises(RunNotCommitted) as caught:
        upgrade(project)
    assert caught.value.code == "MO443"
    assert tables(file_of(project)) == set()


NEVER_ENDED = """
connection = sa.create_engine(URL).connect()
transaction = connection.begin()
context.configure(connection=connection)
context.run_migrations()
"""
SAVEPOINT = """
with engine.begin() as connection:
    connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    connection.exec_driver_sql("INSERT INTO theirs VALUES (1)")
    context.configure(connection=connection)
    savepoint = connection.begin_nested()
    context.run_migrations()
    savepoint.{end}
"""


def test_env_py_that_never_ends_its_transaction_is_told(project: Project) -> None:
    project.build(env=online(project.url, NEVER_ENDED))
    project.revision("aa1", upgrade=CREATE)
    with pytest.raises(RunNotCommitted) as caught:
        upgrade(project)
    assert caught.value.how == "was not committed"
    assert tables(file_of(project)) == set()


def test_env_py_that_rolls_back_to_a_savepoint_and_commits_is_told(project: Project) -> None:
    project.build(env=online(project.url, SAVEPOINT.format(end="rollback()")))
    project.revision("aa1", upgrade=CREATE)
    with pytest.raises(RunNotCommitted):
        upgrade(project)
    assert tables(file_of(project)) == {"theirs"}


def test_a_savepoint_around_the_run_that_is_released_loses_nothing(project: Project) -> None:
    project.build(env=online(project.url, SAVEPOINT.format(end="commit()")))
    project.revision("aa1", upgrade=CREATE)
    report = command.upgrade(Config.find(project.root), "head")
    assert report.heads == ("aa1",)
    assert heads(file_of(project)) == ["aa1"]


def test_the_report_of_a_run_whose_error_env_py_swallows_says_what_was_reached(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection)
    try:
        context.run_migrations()
    except Exception:
        pass
"""
    project.build(env=online(project.url, body))
    project.revision("aa1", upgrade=CREATE)
    project.revision("bb2", upgrade='op.drop_table("nowhere")')
    report = command.upgrade(Config.find(project.root), "head")
    assert report.heads == ("aa1",)
    assert [step.revision for step in report.steps] == ["aa1"]
    assert heads(file_of(project)) == ["aa1"]


def test_two_transactions_of_env_py_are_told_apart(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection)
    for end in ("commit", "rollback"):
        transaction = connection.begin()
        context.run_migrations()
        getattr(transaction, end)()
"""
    project.build(env=online(project.url, body))
    project.revision("aa1", upgrade=CREATE)
    # All of it is committed by the first; there is nothing left for the second to lose.
    assert command.upgrade(Config.find(project.root), "head").heads == ("aa1",)
    assert heads(file_of(project)) == ["aa1"]


def test_runs_in_the_callers_transaction_leave_no_listeners(project: Project) -> None:
    project.build(env=PASSED_IN)
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        transaction = connection.begin()
        for number in range(3):
            project.revision(f"aa{number}")
            report = command.upgrade(config_with(project, connection), f"aa{number}")
            assert report.heads == (f"aa{number}",)
            assert list(connection.dispatch.commit) == list(connection.dispatch.rollback) == []
        transaction.commit()
    engine.dispose()
    assert heads(file_of(project)) == ["aa2"]


def test_env_py_that_rolls_back_where_nothing_was_pending_is_not_blamed(project: Project) -> None:
    project.build(env=online(project.url, HELD.format(end="transaction.rollback()")))
    upgrade(project)
    assert tables(file_of(project)) == set()


def test_a_connection_passed_in_with_a_transaction_is_the_callers(project: Project) -> None:
    project.build(env=PASSED_IN)
    project.revision("aa1", upgrade=CREATE)
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        transaction = connection.begin()
        upgrade(project, connection)
        assert connection.execute(sa.text("SELECT version_num FROM migrateops_version")).scalars().all() == [
            "aa1"
        ]
        assert transaction.is_active
        transaction.rollback()
    assert tables(file_of(project)) == set()

    with engine.begin() as connection:
        upgrade(project, connection)
    assert heads(file_of(project)) == ["aa1"]
    engine.dispose()


def test_a_transaction_that_the_caller_began_by_a_select_is_the_callers_too(project: Project) -> None:
    project.build(env=PASSED_IN)
    project.revision("aa1", upgrade=CREATE)
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1")).all()
        upgrade(project, connection)
        assert connection.in_transaction()
        connection.rollback()
        assert tables(file_of(project)) == set()
        upgrade(project, connection)
        assert not connection.in_transaction()
    assert heads(file_of(project)) == ["aa1"]
    engine.dispose()


def test_a_select_between_configure_and_the_run_makes_no_transaction_of_the_callers(project: Project) -> None:
    body = "connection.exec_driver_sql('SELECT 1').all()\ncontext.run_migrations()\n"
    project.build(env=PASSED_IN.partition("with context")[0] + body)
    project.revision("aa1", upgrade=CREATE)
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        upgrade(project, connection)
        assert heads(file_of(project)) == ["aa1"]
        # Nothing is pending now: what was read leaves no transaction open.
        upgrade(project, connection)
        assert not connection.in_transaction()
    engine.dispose()


def test_a_transaction_begun_by_name_after_configure_is_the_callers(project: Project) -> None:
    body = (
        "with connection.begin() as transaction:\n    context.run_migrations()\n    transaction.rollback()\n"
    )
    project.build(env=PASSED_IN.partition("with context")[0] + body)
    project.revision("aa1", upgrade=CREATE)
    engine = sa.create_engine(project.url)
    with engine.connect() as connection, pytest.raises(RunNotCommitted):
        upgrade(project, connection)
    assert tables(file_of(project)) == set()
    engine.dispose()


def test_a_failed_step_leaves_the_callers_earlier_work(project: Project) -> None:
    project.build(env=PASSED_IN)
    project.revision("aa1", upgrade=CREATE)
    project.revision("bb2", upgrade='op.execute("INSERT INTO first VALUES (2)")\nop.drop_table("nowhere")')
    engine = sa.create_engine(project.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        with pytest.raises(RevisionFailed) as caught:
            upgrade(project, connection)
        assert caught.value.revision == "bb2"
    assert tables(file_of(project)) == {"theirs", "first", "migrateops_version"}
    assert heads(file_of(project)) == ["aa1"]
    assert rows(file_of(project), "SELECT id FROM first") == []
    engine.dispose()


def test_without_env_py_a_connection_passed_in_is_used(project: Project) -> None:
    project.configure(url="sqlite:////nowhere/at/all.db")
    project.revision("aa1", upgrade=CREATE)
    engine = sa.create_engine(f"sqlite:///{file_of(project)}")
    with engine.connect() as connection:
        upgrade(project, connection)
    assert heads(file_of(project)) == ["aa1"]
    engine.dispose()


def test_an_autocommit_block_needs_a_transaction_of_ours(project: Project) -> None:
    project.build(env=PASSED_IN)
    body = "with op.get_context().autocommit_block():\n    op.execute('VACUUM')"
    project.revision("aa1", upgrade=body)
    engine = sa.create_engine(project.url)
    with engine.begin() as connection, pytest.raises(ForeignTransaction) as caught:
        upgrade(project, connection)
    assert caught.value.code == "MO449"
    assert tables(file_of(project)) == set()
    engine.dispose()


def test_a_rebuild_in_the_callers_transaction_is_refused_before_rows_are_lost(project: Project) -> None:
    project.build(env=PASSED_IN)
    project.revision("aa1", upgrade='op.execute("PRAGMA foreign_keys")\nop.drop_table("parent")')
    engine = sa.create_engine(project.url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
            "CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE)",
            "INSERT INTO parent VALUES (1)",
            "INSERT INTO child VALUES (1)",
        ):
            connection.exec_driver_sql(statement)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        with connection.begin(), pytest.raises(RebuildWouldCascade) as caught:
            upgrade(project, connection)
    assert (caught.value.table, caught.value.referencing) == ("parent", ("child",))
    assert rows(file_of(project), "SELECT parent FROM child") == [(1,)]
    engine.dispose()
