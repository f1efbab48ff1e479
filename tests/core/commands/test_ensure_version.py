"""`ensure_version` creates the version table, and leaves its rows as they are."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.commands.ensure_version import EnsuredTable
from migrateops.config import Config
from tests.project import Project


def config_of(project: Project) -> Config:
    project.configure(script_location=str(project.root / "migrations"))
    return Config(project.root / "migrateops.toml")


def names(url: str) -> list[str]:
    return sa.inspect(sa.create_engine(url, poolclass=sa.NullPool)).get_table_names()


@pytest.mark.parametrize("transaction", ["per_revision", "per_run"])
@pytest.mark.parametrize("lock", ["auto", "off"])
def test_it_is_created_once(project: Project, transaction: str, lock: str) -> None:
    project.configure(transaction=transaction, lock=lock, version_table="steps")
    project.revision("aa1")
    config = config_of(project)
    assert command.ensure_version(config) == (EnsuredTable(project.url, "steps", None, True),)
    assert names(project.url) == ["steps"]
    assert command.current(config) == ()
    assert command.ensure_version(config) == (EnsuredTable(project.url, "steps", None, False),)


@pytest.mark.parametrize("transaction", ["per_revision", "per_run"])
def test_rows_stay(project: Project, transaction: str) -> None:
    project.configure(transaction=transaction)
    project.revision("aa1")
    config = config_of(project)
    command.upgrade(config)
    command.ensure_version(config)
    assert [row.revision for row in command.current(config)] == ["aa1"]


def test_on_postgresql(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url)
    config = config_of(project)
    assert [table.created for table in command.ensure_version(config)] == [True]
    assert names(postgresql_url) == ["migrateops_version"]
    assert [table.created for table in command.ensure_version(config)] == [False]


def test_offline_text_can_be_executed(project: Project) -> None:
    config = config_of(project)
    config.output_buffer = io.StringIO()
    command.ensure_version(config, sql=True)
    assert not (project.root / "app.db").exists()
    import sqlite3

    with sqlite3.connect(project.root / "other.db") as connection:
        connection.executescript(config.output_buffer.getvalue())
    connection.close()
    assert names(f"sqlite:///{project.root / 'other.db'}") == ["migrateops_version"]


def test_each_of_several_databases(project: Project) -> None:
    project.env(f"""
        import sqlalchemy as sa
        from migrateops import context

        for name in ("one", "two"):
            with sa.create_engine("sqlite:///{project.root}/" + name + ".db").connect() as connection:
                context.configure(connection=connection, version_table=name)
                with context.begin_transaction():
                    context.run_migrations()
    """)
    made = command.ensure_version(config_of(project))
    assert [(table.version_table, table.created) for table in made] == [("one", True), ("two", True)]
    assert names(f"sqlite:///{project.root}/two.db") == ["two"]


def test_offline_text_can_be_executed_on_postgresql(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url, version_table="steps")
    config = config_of(project)
    config.output_buffer = io.StringIO()
    command.ensure_version(config, sql=True)
    assert names(postgresql_url) == []
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(config.output_buffer.getvalue())
    assert names(postgresql_url) == ["steps"]
