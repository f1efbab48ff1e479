"""A batch is whole or undone, whatever the transactions of the run are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.project import Project

TABLES = """
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
op.create_table("child", sa.Column("t_id", sa.Integer, sa.ForeignKey("t.id", ondelete="CASCADE")))
op.execute("INSERT INTO t VALUES (1), (2)")
op.execute("INSERT INTO child VALUES (1), (2)")
"""
FAILS = 'batch_op.create_check_constraint("small", "id < 2")'
WORKS = 'batch_op.add_column(sa.Column("n", sa.Integer, server_default="3", nullable=False))\n    '
WORKS += 'batch_op.create_check_constraint("small", "id < 3")'
BATCH = 'with op.batch_alter_table("t") as batch_op:\n    '
IN_BLOCK = "with op.get_context().autocommit_block():\n    "
KEYS = """
import sqlalchemy as sa
from migrateops import context

engine = sa.create_engine(context.config.settings.url, poolclass=sa.NullPool)
sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture(params=["per_revision", "per_run", "none"])
def tables(project: Project, request: pytest.FixtureRequest) -> Project:
    project.configure(transaction=request.param)
    project.revision("a1", upgrade=TABLES)
    project.run("upgrade", "head")
    return project


def rows(project: Project, statement: str) -> list[Any]:
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        return connection.execute(statement).fetchall()


def names(project: Project) -> set[str]:
    return {name for (name,) in rows(project, "SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize("block", [False, True])
def test_one_that_fails_leaves_the_table(tables: Project, keys: bool, block: bool) -> None:
    if keys:
        tables.env(KEYS)
    batch = (BATCH + FAILS).replace("\n", "\n    ") if block else BATCH + FAILS
    tables.revision("b2", upgrade=(IN_BLOCK if block else "") + batch)
    result = tables.run("upgrade", "head", check=False)
    assert (result.returncode, "small" in result.stderr) == (1, True)
    assert names(tables) == {"t", "child", "migrateops_version"}
    assert rows(tables, "SELECT * FROM t") == rows(tables, "SELECT * FROM child") == [(1,), (2,)]
    assert rows(tables, "SELECT version_num FROM migrateops_version") == [("a1",)]


@pytest.mark.parametrize("keys", [False, True])
def test_one_that_works_keeps_all_rows(tables: Project, keys: bool) -> None:
    if keys:
        tables.env(KEYS)
    tables.revision("b2", upgrade=BATCH + WORKS)
    tables.run("upgrade", "head")
    assert names(tables) == {"t", "child", "migrateops_version"}
    assert rows(tables, "SELECT * FROM t") == [(1, 3), (2, 3)]
    assert rows(tables, "SELECT * FROM child") == [(1,), (2,)]
    assert rows(tables, "SELECT version_num FROM migrateops_version") == [("b2",)]
