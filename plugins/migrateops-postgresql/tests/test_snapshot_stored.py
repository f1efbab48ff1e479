"""Tables of the models in the server's own words, without a trace of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrateops_postgresql import driver
from migrateops_postgresql.dialect import PostgreSQLDialect
from tests.servers import Schema

PACK = PostgreSQLDialect()


def models(count: int = 1) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(count):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(
                "a",
                sa.Integer,
                sa.ForeignKey("nowhere.id"),
                sa.CheckConstraint("a BETWEEN 1 AND 5"),
                index=True,
            ),
            sa.Column("b", pg.JSONB, server_default=sa.text("'{\"a\":  1}'")),
            sa.Index(f"ix{number}", sa.text("(a + '1')"), postgresql_where=sa.text("a BETWEEN 1 AND 5")),
        )
    # Not created here.
    sa.Table("nowhere", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def words(connection: sa.Connection, *tables: sa.Table) -> dict[tuple[str | None, str], Any]:
    return dict(PACK.as_stored(connection, tables))


@contextmanager
def plain(connection: sa.Connection) -> Iterator[sa.Connection]:
    yield connection


@contextmanager
def in_transaction(connection: sa.Connection) -> Iterator[sa.Connection]:
    with connection.begin():
        connection.exec_driver_sql("CREATE TABLE mine (a int)")
        yield connection
        # What was done in it before is still there to be committed.
        assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0


@contextmanager
def in_autocommit(connection: sa.Connection) -> Iterator[sa.Connection]:
    with connection.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as other:
        yield other


@contextmanager
def in_text(connection: sa.Connection) -> Iterator[sa.Connection]:
    """A transaction that SQLAlchemy does not know of."""
    with in_autocommit(connection) as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("CREATE TABLE mine (a int)")
        yield other
        assert other.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0
        other.exec_driver_sql("COMMIT")


@contextmanager
def in_a_step(connection: sa.Connection) -> Iterator[sa.Connection]:
    with in_autocommit(connection) as other:
        step = PACK.begin(other)
        yield other
        step.commit()


WHERE: list[Callable[[sa.Connection], Any]] = [plain, in_transaction, in_autocommit, in_text, in_a_step]


@pytest.mark.parametrize("where", WHERE)
def test_the_words_of_the_server(connection: sa.Connection, where: Callable[[sa.Connection], Any]) -> None:
    metadata = models()
    with where(connection) as used:
        before = (used.in_transaction(), driver.in_transaction(used))
        found = words(used, metadata.tables["t0"])
        assert (used.in_transaction(), driver.in_transaction(used)) == before
        assert used.exec_driver_sql("SELECT to_regclass('t0')").scalar() is None
        assert (
            used.exec_driver_sql(
                "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
            ).scalar()
            == 0
        )
    (record,) = found.values()
    assert list(found) == [(None, "t0")]
    assert record.columns[0].autoincrement
    assert record.columns[2].default == "'{\"a\": 1}'"
    assert [check.expression for check in record.checks] == ["a >= 1 and a <= 5"]
    assert record.foreign_keys == ()
    assert [index.name for index in record.indexes] == ["ix0", "ix_t0_a"]
    assert record.indexes[0].options == (("where", "a >= 1 and a <= 5"),)


def test_one_that_cannot_be_made_is_left_out(connection: sa.Connection) -> None:
    metadata = models(2)
    bad = sa.Table("bad", metadata, sa.Column("a", pg.ENUM("x", name="not_there")))
    worse = sa.Table("worse", metadata, sa.Column("a", sa.types.NullType()))
    index = sa.Table("indexed", metadata, sa.Column("a", sa.Integer), sa.Index("i", sa.text("nothing(a)")))
    first, second = metadata.tables["t0"], metadata.tables["t1"]
    found = words(connection, first, bad, worse, index, second)
    assert list(found) == [(None, "t0"), (None, "t1")]


def test_nothing_where_nothing_may_be_made(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    assert words(connection, models().tables["t0"]) == {}
    assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_nothing_in_a_transaction_that_has_failed(connection: sa.Connection) -> None:
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("SELECT * FROM nothing")
    assert words(connection, models().tables["t0"]) == {}


def test_temporary_tables_of_the_session_stay(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE t0 (mine int)")
    found = words(connection, *models(2).tables.values())
    assert set(found) == {(None, "t1"), (None, "nowhere")}
    assert connection.exec_driver_sql("SELECT count(mine) FROM t0").scalar() == 0


def test_one_name_in_two_schemas(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    tables = [
        sa.Table("t", metadata, sa.Column(f"{schema}", sa.Integer, index=True), schema=schema)
        for schema in ("one", "T wo")
    ]
    found = words(connection, *tables)
    assert {which: [column.name for column in record.columns] for which, record in found.items()} == {
        ("one", "t"): ["one"],
        ("T wo", "t"): ["T wo"],
    }


def test_options_of_tables(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Index("i", "a", postgresql_concurrently=True),
        prefixes=["UNLOGGED"],
        postgresql_partition_by="RANGE (a)",
    )
    (record,) = words(connection, table).values()
    assert record.options == (("partition_by", "range ( a )"),)
    assert [index.name for index in record.indexes] == ["i"]


@pytest.mark.parametrize("count", [2, 50])
def test_some_statements_for_any_number_of_tables(connection: sa.Connection, count: int) -> None:
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2]))
    assert len(words(connection, *models(count).tables.values())) == count + 1
    assert len(sent) == 8


@pytest.mark.parametrize("name", ["psycopg", "asyncpg"])
def test_with_other_drivers(postgresql_schema: Schema, name: str) -> None:
    if name == "psycopg":
        engine = sa.create_engine(postgresql_schema.url, poolclass=NullPool)
        with engine.connect() as connection:
            assert len(words(connection, models().tables["t0"])) == 1
        engine.dispose()
        return
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    async def ask() -> int:
        url = sa.make_url(postgresql_schema.url).set(drivername="postgresql+asyncpg", query={})
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda sync: words(sync, models().tables["t0"]))
            read = await connection.run_sync(lambda sync: list(PACK.read_snapshot(sync, ["public", "other"])))
        await engine.dispose()
        assert read is not None
        return len(found)

    assert asyncio.run(ask()) == 1
