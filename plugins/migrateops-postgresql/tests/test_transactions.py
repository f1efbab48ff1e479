"""A step is one transaction, whatever the driver does by itself, and whatever a script does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrateops.dialects import Transaction
from migrateops.errors.database import NoLongerAtomic, StatementInCallersTransaction, TransactionControl
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops_postgresql.dialect import PostgreSQLDialect
from migrateops_postgresql.errors import FailedTransaction, NeedsAutocommitBlock
from tests.servers import Schema

PACK = PostgreSQLDialect()


@pytest.fixture(params=["driver", "text"])
def connection(engine: sa.Engine, request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection of which the driver begins transactions by itself, or leaves that to us."""
    options = {"isolation_level": "AUTOCOMMIT"} if request.param == "text" else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@pytest.fixture
def tables(engine: sa.Engine) -> Callable[[], list[str]]:
    return lambda: sorted(sa.inspect(engine).get_table_names())


Tables = Callable[[], list[str]]


def make(connection: sa.Connection, *names: str) -> None:
    for name in names:
        connection.exec_driver_sql(f"CREATE TABLE {name} (x int)")


def test_a_failing_second_statement_leaves_nothing_behind(connection: sa.Connection, tables: Tables) -> None:
    step = PACK.begin(connection)
    make(connection, "one")
    with pytest.raises(DBAPIError):
        make(connection, "one")
    step.rollback()
    step.rollback()
    assert tables() == []
    make(connection, "after")
    connection.commit()
    assert tables() == ["after"]


def test_a_migration_context_uses_it(connection: sa.Connection, tables: Tables) -> None:
    context = MigrationContext.configure(connection, opts={"transaction": "per_run"})
    operations = Operations(context)

    def twice() -> None:
        with context.begin_transaction():
            operations.create_table("one", sa.Column("x", sa.Integer))
            operations.create_table("one", sa.Column("x", sa.Integer))

    with pytest.raises(DBAPIError):
        twice()
    assert tables() == []
    with context.begin_transaction():
        operations.create_table("one", sa.Column("x", sa.Integer))
        with context.autocommit_block():
            operations.create_index("ix", "one", ["x"], postgresql_concurrently=True)
            operations.drop_index("ix", "one", postgresql_concurrently=True)
        operations.create_table("two", sa.Column("x", sa.Integer))
    assert tables() == ["one", "two"]


def ended_by_sqlalchemy(connection: sa.Connection) -> None:
    connection.commit()


def ended_by_driver(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute("COMMIT")


def ended_in_one_string(connection: sa.Connection) -> None:
    with pytest.raises(NoLongerAtomic):
        connection.exec_driver_sql("INSERT INTO one VALUES (1); COMMIT")


@pytest.mark.parametrize("end", [ended_by_sqlalchemy, ended_by_driver, ended_in_one_string])
def test_a_transaction_that_is_gone(
    engine: sa.Engine, tables: Tables, end: Callable[[sa.Connection], None]
) -> None:
    with engine.connect() as connection:
        step = PACK.begin(connection)
        make(connection, "one")
        end(connection)
        with pytest.raises(NoLongerAtomic) as caught:
            step.check()
        assert caught.value.applied[0] == "CREATE TABLE one (x int)"
        with pytest.raises(NoLongerAtomic):
            step.commit()
        step.rollback()
        assert not connection.in_transaction()
    assert tables() == ["one"]


def test_nothing_more_is_sent_after_that(engine: sa.Engine, tables: Tables) -> None:
    with engine.connect() as connection:
        step = PACK.begin(connection)
        make(connection, "one")
        ended_by_driver(connection)
        with pytest.raises(NoLongerAtomic):
            make(connection, "two")
        step.rollback()
    assert tables() == ["one"]


def test_commit_as_text_is_done_and_said(connection: sa.Connection, tables: Tables) -> None:
    step = PACK.begin(connection)
    make(connection, "one")
    connection.exec_driver_sql("-- out of the transaction\nCOMMIT")
    assert tables() == ["one"]
    make(connection, "two")
    step.check()
    step.commit()
    assert (step.atomic, len(step.notes)) == (False, 1)
    assert tables() == ["one", "two"]


@pytest.mark.parametrize("statement", ["ROLLBACK", "abort work", "PREPARE TRANSACTION 'x'"])
def test_rollback_as_text_is_refused(connection: sa.Connection, tables: Tables, statement: str) -> None:
    step = PACK.begin(connection)
    make(connection, "one")
    with pytest.raises(TransactionControl):
        connection.exec_driver_sql(statement)
    step.commit()
    assert tables() == ["one"]


def test_savepoints_are_of_no_concern(connection: sa.Connection, tables: Tables) -> None:
    step = PACK.begin(connection)
    with pytest.raises(DBAPIError), connection.begin_nested():
        make(connection, "one", "one")
    connection.exec_driver_sql("SAVEPOINT mine")
    make(connection, "gone")
    connection.exec_driver_sql("ROLLBACK TO mine")
    make(connection, "two")
    step.commit()
    assert tables() == ["two"]


def test_an_error_that_a_script_swallows(connection: sa.Connection, tables: Tables) -> None:
    step = PACK.begin(connection)
    make(connection, "one")
    with pytest.raises(DBAPIError):
        make(connection, "one")
    with pytest.raises(FailedTransaction) as caught:
        step.commit()
    assert caught.value.code == "PG402"
    step.rollback()
    assert tables() == []


def test_what_cannot_run_in_a_transaction(connection: sa.Connection, tables: Tables) -> None:
    make(connection, "t")
    connection.commit()
    step = PACK.begin(connection)
    make(connection, "one")
    operations = Operations(MigrationContext.configure(connection))
    with pytest.raises(NeedsAutocommitBlock) as caught:
        operations.execute("CREATE INDEX CONCURRENTLY ix ON t (x)")
    assert caught.value.code == "PG401"
    with pytest.raises(NeedsAutocommitBlock):
        operations.execute("VACUUM t")
    step.commit()
    assert tables() == ["one", "t"]


# -- the caller's transaction -----------------------------------------------------------------
def test_join(engine: sa.Engine, tables: Tables) -> None:
    with engine.connect() as connection, connection.begin() as callers:
        step = PACK.join(connection)
        make(connection, "one")
        for statement in ("COMMIT", "ROLLBACK"):
            with pytest.raises(TransactionControl):
                connection.exec_driver_sql(statement)
        with pytest.raises(StatementInCallersTransaction):
            connection.exec_driver_sql("CREATE INDEX CONCURRENTLY ix ON one (x)")
        step.commit()
        assert not step.owned
        assert tables() == []
        step = PACK.join(connection)
        step.rollback()
        assert callers.is_active
    assert tables() == ["one"]


def test_a_lost_connection(engine: sa.Engine, tables: Tables) -> None:
    with engine.connect() as connection, engine.connect() as other:
        step: Transaction = PACK.begin(connection)
        make(connection, "one")
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other.exec_driver_sql(f"SELECT pg_terminate_backend({process})")
        with pytest.raises(DBAPIError) as caught:
            make(connection, "two")
        assert PACK.error_kind(caught.value) == "lost"
        step.rollback()
        step = PACK.begin(connection)
        make(connection, "three")
        step.commit()
    assert tables() == ["three"]


@pytest.mark.parametrize("isolation", [None, "AUTOCOMMIT"])
def test_an_asyncio_driver(
    postgresql_schema: Schema, engine: sa.Engine, tables: Tables, isolation: str | None
) -> None:
    url = sa.make_url(postgresql_schema.url)
    url = url.set(drivername="postgresql+asyncpg", query={})
    arguments = {"server_settings": {"search_path": postgresql_schema.name}}
    options = {"isolation_level": isolation} if isolation else {}

    def run(connection: sa.Connection) -> None:
        step = PACK.begin(connection)
        make(connection, "gone")
        step.rollback()
        step = PACK.begin(connection)
        make(connection, "one")
        assert tables() == []
        step.check()
        step.commit()

    async def work() -> None:
        made = create_async_engine(url, connect_args=arguments, poolclass=NullPool, **options)
        async with made.connect() as connection:
            await connection.run_sync(run)
        await made.dispose()

    asyncio.run(work())
    assert tables() == ["one"]
