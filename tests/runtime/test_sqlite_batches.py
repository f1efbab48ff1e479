"""Batches in a revision: one new table for those that follow each other, and all of it or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.batch import BrokenByRebuild, RowsDoNotFit
from migrateops.errors.database import StatementAfterWrite
from tests.project import Project

TABLE = """
op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT)")
op.execute("CREATE TABLE child (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE)")
op.execute("INSERT INTO t VALUES (1, '1', '2', '3'), (2, '4', '5', '6')")
op.execute("INSERT INTO child VALUES (1), (2)")
"""


@pytest.fixture
def sent() -> Any:
    """The statements that go to any database."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def query(project: Project, sql: str) -> list[Any]:
    with closing(sqlite3.connect(project.root / "app.db")) as database:
        return database.execute(sql).fetchall()


def upgrade(project: Project, body: str, imports: str = "") -> None:
    project.revision("one", None, upgrade=TABLE)
    command.upgrade(config(project))
    project.revision("two", "one", upgrade=body, imports=imports)
    command.upgrade(config(project))


def config(project: Project) -> Config:
    return Config.find(project.root)


def copies(sent: list[str]) -> list[str]:
    return [text for text in sent if text.startswith("INSERT INTO ") and " SELECT " in text]


def test_batches_that_follow_each_other_make_one_new_table(project: Project, sent: list[str]) -> None:
    upgrade(
        project,
        """
        for column in "abc":
            with op.batch_alter_table("t") as batch:
                batch.alter_column(column, type_=sa.Integer())
            with op.batch_alter_table("t") as batch:
                batch.alter_column(column, nullable=False)
        with op.batch_alter_table("t") as batch:
            batch.alter_column("c", new_column_name="d")
            batch.create_index("ix", ["d"])
        """,
    )
    assert len(copies(sent)) == 1
    assert query(project, "SELECT * FROM t") == [(1, 1, 2, 3), (2, 4, 5, 6)]
    assert query(project, "SELECT * FROM child") == [(1,), (2,)]
    assert [row[2:4] for row in query(project, "PRAGMA table_info(t)")][1:] == [("INTEGER", 1)] * 3


def test_a_column_is_not_dropped_by_itself_where_a_new_table_follows(
    project: Project, sent: list[str]
) -> None:
    upgrade(
        project,
        """
        with op.batch_alter_table("t") as batch:
            batch.drop_column("a")
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("a", sa.Integer(), server_default="7"))
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False, new_column_name="z")
        """,
    )
    assert len(copies(sent)) == 1
    assert not [text for text in sent if "DROP COLUMN" in text]
    assert query(project, "SELECT id, z, c, a FROM t") == [(1, "2", "3", 7), (2, "5", "6", 7)]
    assert query(project, "SELECT * FROM child") == [(1,), (2,)]


@pytest.mark.parametrize(
    "then",
    [
        "pass",
        "op.execute('UPDATE t SET b = b || c')",
        "op.get_bind().execute(sa.text('UPDATE t SET b = b || c'))",
    ],
)
def test_a_column_is_dropped_by_itself_where_none_does(project: Project, sent: list[str], then: str) -> None:
    upgrade(
        project,
        f"""
        with op.batch_alter_table("t") as batch:
            batch.drop_column("a")
        {then}
        """,
    )
    assert copies(sent) == []
    assert len([text for text in sent if "DROP COLUMN" in text]) == 1
    changed = then != "pass"
    assert query(project, "SELECT * FROM t") == [
        (1, "23" if changed else "2", "3"),
        (2, "56" if changed else "5", "6"),
    ]


@pytest.mark.parametrize(
    ("between", "needed"),
    [
        ("pass", 1),
        ("op.execute('UPDATE t SET b = b + 1')", 2),
        ("op.get_bind().execute(sa.text('UPDATE t SET b = b + 1'))", 2),
        ("bind.execute(sa.text('UPDATE t SET b = b + 1'))", 2),
        ("op.add_column('t', sa.Column('x', sa.Integer()))", 2),
        ("assert sa.inspect(bind).get_columns('t')[1]['nullable'] is False", 2),
    ],
)
def test_whatever_comes_between_sees_the_table_changed(
    project: Project, sent: list[str], between: str, needed: int
) -> None:
    upgrade(
        project,
        f"""
        bind = op.get_bind()
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False)
        {between}
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False)
        """,
    )
    assert len(copies(sent)) == needed
    if "UPDATE" in between:
        assert query(project, "SELECT b FROM t") == [("3",), ("6",)]


def test_what_is_wrong_is_said_where_it_is_asked_for(project: Project, sent: list[str]) -> None:
    upgrade(
        project,
        """
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False)
        try:
            with op.batch_alter_table("t") as batch:
                batch.drop_constraint("not_there", type_="unique")
        except ConstraintNotFound:
            pass
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False)
        """,
        imports="from migrateops.errors.batch import ConstraintNotFound",
    )
    assert [row[3] for row in query(project, "PRAGMA table_info(t)")] == [0, 1, 1, 0]


@pytest.mark.parametrize("end", ["raise RuntimeError('stop')", "op.execute('no sql')"])
def test_a_revision_that_fails_leaves_the_table_as_it_was(project: Project, end: str) -> None:
    with pytest.raises(MigrateOpsError):
        upgrade(
            project,
            f"""
            with op.batch_alter_table("t") as batch:
                batch.alter_column("a", type_=sa.Integer(), new_column_name="z")
            {end}
            """,
        )
    assert [row[1:3] for row in query(project, "PRAGMA table_info(t)")][1] == ("a", "TEXT")
    assert query(project, "SELECT * FROM child") == [(1,), (2,)]
    assert query(project, "SELECT version_num FROM migrateops_version") == [("one",)]


@pytest.mark.parametrize(
    "statement",
    [
        "op.execute('VACUUM')",
        "bind.exec_driver_sql('VACUUM')",
        "op.execute('PRAGMA journal_mode = WAL')",
        "op.execute('PRAGMA foreign_keys = ON')",
    ],
)
def test_what_needs_no_transaction_comes_after_a_batch_that_is_put_off(
    project: Project, statement: str
) -> None:
    with pytest.raises(StatementAfterWrite):
        upgrade(
            project,
            f"""
            bind = op.get_bind()
            with op.batch_alter_table("t") as batch:
                batch.alter_column("a", nullable=False)
            {statement}
            """,
        )
    assert [row[3] for row in query(project, "PRAGMA table_info(t)")] == [0, 0, 0, 0]


def test_a_batch_that_fails_late_fails_the_revision(project: Project) -> None:
    with pytest.raises(RowsDoNotFit):
        upgrade(
            project,
            """
            op.execute("UPDATE t SET a = NULL")
            with op.batch_alter_table("t") as batch:
                batch.alter_column("a", nullable=False)
            try:
                op.execute("DROP INDEX IF EXISTS x")
            except Exception:
                pass
            """,
        )
    assert query(project, "SELECT version_num FROM migrateops_version") == [("one",)]
    assert query(project, "SELECT a FROM t") == [("1",), ("4",)]


@pytest.mark.parametrize(
    "behind",
    [
        "with op.batch_alter_table('child') as batch:\n    batch.alter_column('t_id', nullable=False)",
        "with op.batch_alter_table('t') as b:\n    b.create_index('i', ['c'])\n    b.drop_index('i')",
        "op.execute('SELECT 1')",
        "",
    ],
)
def test_an_error_of_what_was_put_off_names_the_batch_that_asked_for_it(
    project: Project, behind: str
) -> None:
    body = """
        op.execute("UPDATE t SET a = NULL")
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False)
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False)
        """
    with pytest.raises(RowsDoNotFit) as caught:
        upgrade(project, f"{dedent(body)}{behind}")
    script = (project.root / "migrations/versions/two.py").read_text().splitlines()
    line = len(script) - next(
        n for n, text in enumerate(reversed(script)) if 'batch.alter_column("a"' in text
    )
    batch, place = caught.value.notes
    assert batch == "batch_alter_table 't' on sqlite"
    assert f"two.py:{line - 1});" in place


def test_an_error_of_batches_that_were_made_together_names_all_their_lines(project: Project) -> None:
    body = """
        op.execute("CREATE VIEW v AS SELECT a, b FROM t")
        with op.batch_alter_table("t") as batch:
            batch.drop_column("b")
        with op.batch_alter_table("t") as batch:
            batch.drop_column("a")
        """
    with pytest.raises(BrokenByRebuild) as caught:
        upgrade(project, f"{dedent(body)}op.execute('SELECT 1')")
    script = (project.root / "migrations/versions/two.py").read_text().splitlines()
    first, second = (n for n, text in enumerate(script, 1) if "batch_alter_table" in text)
    assert f"two.py:{first}, {second});" in caught.value.notes[-1]


def test_the_drivers_connection_sees_the_table_changed(project: Project) -> None:
    upgrade(
        project,
        """
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False)
        driver = op.get_bind().connection.driver_connection
        assert [row[3] for row in driver.execute("PRAGMA table_info(t)")] == [0, 1, 0, 0]
        """,
    )


def test_rows_are_what_batches_one_by_one_would_make_of_them(project: Project) -> None:
    upgrade(
        project,
        """
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("n", sa.Text(), nullable=False, server_default="new"))
            batch.alter_column("a", type_=sa.Numeric())
        with op.batch_alter_table("t") as batch:
            # The usual way to fill a column that takes no NULL.
            batch.alter_column("n", server_default=None)
        op.execute("UPDATE t SET b = '0' || b")
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", type_=sa.Integer())
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", type_=sa.Text())
        """,
    )
    assert query(project, "SELECT n, b FROM t") == [("new", "2"), ("new", "5")]
