"""A block around the run that leads to other rows of the version table than were planned for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.plugins import hookimpl
from tests.project import Project
from tests.runtime.programs import upgrading
from tests.runtime.sqlite_environments import heads, online, rows

REBUILDS = """
with op.batch_alter_table("parent") as batch:
    batch.alter_column("x", type_=sa.Integer(), existing_type=sa.Text())
"""

STAMPED_IN_THE_BLOCK = """
@event.listens_for(engine, "connect")
def enforce(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")

with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.exec_driver_sql("UPDATE migrateops_version SET version_num = 'aa1'")
        context.run_migrations()
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
"""


class Counting:
    """Hooks that note how many steps each run has."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    @hookimpl
    def migrateops_before_run(self, plan: tuple[Any, ...]) -> None:
        self.steps.append(len(plan))


@pytest.mark.parametrize("scope", ["per_revision", "per_run", "none"])
@pytest.mark.parametrize("told", [True, False])
def test_hooks_are_called_where_nothing_is_to_be_done(project: Project, scope: str, told: bool) -> None:
    project.build(config={"transaction": scope, "run_hooks": told})
    project.revision("aa1", None)
    command.upgrade(Config.find(project.root), "head")
    project.revision("bb2")
    hooks = Counting()
    with upgrading(project, hooks) as (connection, environment):
        environment.configure(connection=connection)
        with environment.begin_transaction():
            connection.exec_driver_sql("UPDATE migrateops_version SET version_num = 'bb2'")
            if scope != "per_run":
                connection.commit()
            environment.run_migrations()
    assert hooks.steps == ([0] if told else [])
    assert heads(project.root / "app.db") == ["bb2"]


@pytest.mark.parametrize("known", [True, False], ids=["a script", "no script"])
def test_keys_are_set_aside_for_steps_that_were_not_planned_for(project: Project, known: bool) -> None:
    project.build(config={"transaction": "per_run"})
    project.revision(
        "aa1",
        None,
        upgrade="""
        op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Text))
        op.create_table("child", sa.Column("id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")))
        op.execute("INSERT INTO parent VALUES (1, '2')")
        op.execute("INSERT INTO child VALUES (1)")
        """,
    )
    project.revision("bb2", upgrade=REBUILDS)
    project.revision("cc3")
    project.run("upgrade", "aa1")
    project.run("stamp", "bb2")
    file = project.root / "app.db"
    if not known:
        with closing(sqlite3.connect(file)) as outside, outside:
            outside.execute("UPDATE migrateops_version SET version_num = 'gone'")
    project.env(online(project.url, STAMPED_IN_THE_BLOCK))
    project.run("upgrade")
    assert heads(file) == ["cc3"]
    assert rows(file, "SELECT x, typeof(x) FROM parent JOIN child USING (id)") == [(2, "integer")]
