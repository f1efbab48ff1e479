"""A run on PostgreSQL is committed when it succeeds and leaves nothing of a failed revision."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.database import NoLongerAtomic
from migrateops.errors.runtime import RevisionFailed, RunNotCommitted
from tests.project import Project
from tests.runtime.sqlite_environments import MIGRATE
from tests.servers import Schema

ENV = """
import asyncio

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrateops import context

URL = {url!r}


def migrate(connection):
{migrate}

{run}
"""
SYNC = """
engine = sa.create_engine(URL, poolclass=NullPool{options})
with engine.{method}() as connection:
    migrate(connection)
"""
ASYNC = """
async def main():
    engine = create_async_engine(URL, poolclass=NullPool{options})
    async with engine.{method}() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(main())
"""
KINDS = ("plain", "AUTOCOMMIT", "asyncio")
OWNERS = ("we begin", "env.py selected first", "engine.begin()")
FIRST = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'
SECOND = """
op.create_table("second", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO second VALUES (1)")
op.execute("INSERT INTO first VALUES (1)")
"""
FAILING = SECOND + 'op.execute("INSERT INTO nowhere VALUES (1)")\n'


class Outside:
    """The database as another connection sees it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str) -> list[Any]:
        return [tuple(row) for row in self._connection.exec_driver_sql(statement)]

    def tables(self) -> set[str]:
        listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        return {name for (name,) in self.rows(listed)}

    def heads(self) -> list[str]:
        return [row for (row,) in self.rows("SELECT version_num FROM migrateops_version")]


@pytest.fixture
def outside(postgresql_schema: Schema) -> Iterator[Outside]:
    engine = sa.create_engine(postgresql_schema.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield Outside(connection)
    engine.dispose()


def env_py(url: str, kind: str = "plain", owner: str = "we begin", migrate: str = MIGRATE) -> str:
    if owner == "env.py selected first":
        migrate = "connection.execute(sa.text('SELECT 1')).all()\n" + migrate
    run = (ASYNC if kind == "asyncio" else SYNC).format(
        options=", isolation_level='AUTOCOMMIT'" if kind == "AUTOCOMMIT" else "",
        method="begin" if owner == "engine.begin()" else "connect",
    )
    return ENV.format(url=url, migrate=indent(migrate, "    "), run=run)


def prepare(project: Project, url: str, second: str, kind: str = "plain", owner: str = "we begin") -> None:
    project.build(config={"url": url}, env=env_py(url, kind, owner))
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=second)


def upgrade(project: Project) -> tuple[str, ...]:
    return command.upgrade(Config.find(project.root), "head").heads


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_success_is_committed(
    project: Project, postgresql_schema: Schema, outside: Outside, kind: str, owner: str
) -> None:
    prepare(project, postgresql_schema.url, SECOND, kind, owner)
    assert upgrade(project) == ("bb2",)
    assert outside.tables() == {"first", "second", "migrateops_version"}
    assert outside.heads() == ["bb2"]
    assert outside.rows("SELECT id FROM second") == [(1,)]


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_statement_leaves_nothing_of_its_revision(
    project: Project, postgresql_schema: Schema, outside: Outside, kind: str, owner: str
) -> None:
    prepare(project, postgresql_schema.url, FAILING, kind, owner)
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.revision == "bb2"
    if owner == "engine.begin()" and kind != "AUTOCOMMIT":
        assert outside.tables() == set()
    elif owner == "engine.begin()":
        # A transaction that the caller begins in autocommit is none: what was sent is there.
        assert outside.heads() == ["aa1"]
    else:
        assert outside.tables() == {"first", "migrateops_version"}
        assert outside.heads() == ["aa1"]


def test_a_transaction_that_env_py_rolls_back_is_told(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    prepare(project, postgresql_schema.url, SECOND)
    held = "transaction = connection.begin()\n" + MIGRATE + "transaction.{}()\n"
    project.env(env_py(postgresql_schema.url, migrate=held.format("rollback")))
    with pytest.raises(RunNotCommitted):
        upgrade(project)
    assert outside.tables() == set()
    project.env(env_py(postgresql_schema.url, migrate=held.format("commit")))
    assert upgrade(project) == ("bb2",)
    assert outside.heads() == ["bb2"]


def test_what_env_py_set_before_it_configured_stays(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    prepare(project, postgresql_schema.url, SECOND)
    sets = "connection.execute(sa.text(\"SET application_name = 'migrating'\"))\n"
    project.env(env_py(postgresql_schema.url, migrate=sets + MIGRATE))
    look = 'assert op.get_bind().scalar(sa.text("SHOW application_name")) == "migrating"'
    project.revision("cc3", upgrade=look)
    assert upgrade(project) == ("cc3",)


def test_a_failing_revision_of_one_transaction_for_the_run_leaves_nothing(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    prepare(project, postgresql_schema.url, FAILING)
    project.configure(transaction="per_run")
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.revision == "bb2"
    assert outside.tables() == set()


def test_an_index_is_built_concurrently_in_an_autocommit_block(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = """
with op.get_context().autocommit_block():
    op.create_index("ix_first", "first", ["id"], postgresql_concurrently=True)
op.execute("INSERT INTO first VALUES (1)")
"""
    prepare(project, postgresql_schema.url, body)
    assert upgrade(project) == ("bb2",)
    assert ("ix_first",) in outside.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'first'")
    assert outside.rows("SELECT id FROM first") == [(1,)]


def test_without_the_block_the_operation_makes_one(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = 'op.create_index("ix_first", "first", ["id"], postgresql_concurrently=True)'
    prepare(project, postgresql_schema.url, body)
    assert upgrade(project) == ("bb2",)
    assert outside.rows("SELECT indexname FROM pg_indexes WHERE indexname = 'ix_first'") == [("ix_first",)]


def test_a_text_without_the_block_is_refused(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = 'op.execute("CREATE INDEX CONCURRENTLY ix_first ON first (id)")'
    prepare(project, postgresql_schema.url, body)
    with pytest.raises(MigrateOpsError):
        upgrade(project)
    assert outside.heads() == ["aa1"]
    assert outside.rows("SELECT indexname FROM pg_indexes WHERE indexname = 'ix_first'") == []


def test_a_step_that_commits_by_itself_is_not_called_atomic(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    prepare(project, postgresql_schema.url, SECOND + "op.get_bind().commit()\n")
    with pytest.raises(NoLongerAtomic) as caught:
        upgrade(project)
    assert caught.value.count == 3
    assert outside.heads() == ["aa1"]


def test_a_commit_before_the_error_is_not_called_atomic_either(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = 'op.execute("INSERT INTO first VALUES (1)")\nop.get_bind().commit()\n' + FAILING
    prepare(project, postgresql_schema.url, body)
    with pytest.raises(NoLongerAtomic) as caught:
        upgrade(project)
    (said,) = caught.value.__notes__
    assert said.endswith("; statements before the failing one may be applied, the version table is at aa1")
    assert outside.rows("SELECT id FROM first") == [(1,)]


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_a_connection_that_dies_in_a_block_hides_no_error(
    project: Project, postgresql_schema: Schema, outside: Outside, scope: str
) -> None:
    body = """
op.execute("INSERT INTO first VALUES (1)")
with op.get_context().autocommit_block():
    op.execute("SELECT pg_terminate_backend(pg_backend_pid())")
"""
    prepare(project, postgresql_schema.url, body)
    project.configure(transaction=scope, lock="off")
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert isinstance(caught.value.__cause__, exc.OperationalError)
    assert "nothing of it is applied" not in caught.value.remains
    assert outside.rows("SELECT id FROM first") == [(1,)]
    assert outside.heads() == ["aa1"]


def test_a_connection_that_dies_outside_a_block_leaves_nothing(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = """
op.execute("INSERT INTO first VALUES (1)")
op.execute("SELECT pg_terminate_backend(pg_backend_pid())")
"""
    prepare(project, postgresql_schema.url, body)
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.remains == "nothing of it is applied, the database is at aa1"
    assert outside.rows("SELECT id FROM first") == []


def test_a_begin_that_fails_behind_a_block_is_not_called_atomic(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    body = """
op.execute("INSERT INTO first VALUES (1)")
with op.get_context().autocommit_block():
    connection = op.get_bind()
    op.create_table("second", sa.Column("id", sa.Integer))
    connection.invalidate()
    @sa.event.listens_for(connection.engine.pool, "connect")
    def refuse(*_):
        raise RuntimeError("refused")
"""
    prepare(project, postgresql_schema.url, body)
    with pytest.raises((RevisionFailed, MigrateOpsError)) as caught:
        upgrade(project)
    assert "nothing of it is applied" not in getattr(caught.value, "remains", "")
    assert outside.heads() == ["aa1"]
    assert "second" in outside.tables()


def test_env_py_that_rolls_back_to_a_savepoint_is_told(
    project: Project, postgresql_schema: Schema, outside: Outside
) -> None:
    migrate = """\
with connection.begin():
    context.configure(connection=connection)
    savepoint = connection.begin_nested()
    context.run_migrations()
    savepoint.rollback()
"""
    project.build(config={"url": postgresql_schema.url}, env=env_py(postgresql_schema.url, migrate=migrate))
    project.revision("aa1", None, upgrade=FIRST)
    with pytest.raises(RunNotCommitted):
        upgrade(project)
    assert outside.tables() == set()
