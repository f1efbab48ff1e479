"""The transactions of a run that writes SQL."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.runtime.migration import MigrationContext
from tests.project import Project
from tests.runtime.sqlite_environments import heads

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'
SECOND = 'op.execute("INSERT INTO first VALUES (1)")'


def sql(project: Project, revision: str = "head") -> list[str]:
    """Return the statements of an offline run, one a line, comments left out."""
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    command.upgrade(config, revision, sql=True)
    parts = [" ".join(part.split()) for part in config.output_buffer.getvalue().split("\n\n")]
    return [part for part in parts if part and not part.startswith("--")]


def kinds(statements: list[str]) -> list[str]:
    return [
        statement.rstrip(";").split("(")[0].split(" VALUES")[0].split(" SET")[0].strip()
        for statement in statements
    ]


def two_revisions(project: Project) -> None:
    project.revision("aa1", None, upgrade='op.execute("INSERT INTO one VALUES (1)")')
    body = 'with op.get_context().autocommit_block():\n    op.execute("VACUUM")'
    project.revision("bb2", upgrade=f'op.execute("INSERT INTO two VALUES (2)")\n{body}')


def test_offline_one_transaction_a_revision_is_written(project: Project) -> None:
    two_revisions(project)
    assert kinds(sql(project)) == [
        "BEGIN IMMEDIATE",
        "CREATE TABLE IF NOT EXISTS migrateops_version",
        "INSERT INTO one",
        "INSERT INTO migrateops_version",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "INSERT INTO two",
        "COMMIT",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "UPDATE migrateops_version",
        "COMMIT",
    ]
    assert not (project.root / "app.db").exists()


def test_offline_one_transaction_for_the_run_is_written(project: Project) -> None:
    project.configure(transaction="per_run")
    two_revisions(project)
    assert kinds(sql(project)) == [
        "BEGIN IMMEDIATE",
        "CREATE TABLE IF NOT EXISTS migrateops_version",
        "INSERT INTO one",
        "INSERT INTO migrateops_version",
        "INSERT INTO two",
        "COMMIT",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "UPDATE migrateops_version",
        "COMMIT",
    ]


def test_offline_one_transaction_that_nobody_holds_is_one_a_revision(project: Project) -> None:
    project.configure(transaction="per_run")
    two_revisions(project)
    project.env(
        "from migrateops import context\ncontext.configure(dialect_name='sqlite')\ncontext.run_migrations()\n"
    )
    assert [one for one in kinds(sql(project)) if one in ("BEGIN IMMEDIATE", "COMMIT")] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ] * 3


def test_offline_no_transaction_writes_none(project: Project) -> None:
    project.configure(transaction="none")
    two_revisions(project)
    assert not {"BEGIN IMMEDIATE", "COMMIT"} & {*kinds(sql(project))}


def test_what_is_written_offline_does_what_the_run_does(project: Project) -> None:
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=SECOND)
    script = "\n".join(sql(project))
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.executescript(script)
    engine.dispose()
    assert heads(project.root / "app.db") == ["bb2"]
    assert command.upgrade(Config.find(project.root)).steps == ()


def test_a_block_of_a_program_that_fails_is_undone(project: Project) -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="sqlite", opts={"output_buffer": stream}, plugins=())
    with pytest.raises(ZeroDivisionError), context.begin_transaction():  # noqa: PT012
        context.execute("SELECT 1")
        raise ZeroDivisionError("by what?")
    assert [part for part in stream.getvalue().split("\n\n") if part] == [
        "BEGIN IMMEDIATE;",
        "SELECT 1;",
        "ROLLBACK;",
        "-- INCOMPLETE: nothing follows, because of an error: ZeroDivisionError: by what?",
    ]


def test_who_only_looks_writes_nothing(project: Project) -> None:
    project.configure(transaction="per_run", revision_environment=True)
    project.env(
        "from migrateops import context\ncontext.configure(dialect_name='sqlite')\n"
        "with context.begin_transaction():\n    context.run_migrations()\n"
    )
    project.write(
        "migrations/script.py.mako",
        "revision = ${repr(up_revision)}\ndown_revision = None\nbranch_labels = None\ndepends_on = None\n",
    )
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    command.revision(config, sql=True)
    assert config.output_buffer.getvalue() == ""
