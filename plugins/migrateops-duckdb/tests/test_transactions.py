"""What a transaction undoes here, and what a script may do to one; see test_conformance.py for all else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.database import NoLongerAtomic
from migrateops_duckdb.dialect import DuckDBDialect
from migrateops_duckdb.errors import FailedTransaction

PACK = DuckDBDialect()
Tables = Callable[[], list[str]]


@pytest.fixture(params=["driver", "text"])
def connection(engine: sa.Engine, request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection on which SQLAlchemy begins transactions, or which is in autocommit."""
    options = {"isolation_level": "AUTOCOMMIT"} if request.param == "text" else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@pytest.fixture
def tables(engine: sa.Engine) -> Tables:
    return lambda: sorted(sa.inspect(engine).get_table_names())


def make(connection: sa.Connection, *names: str) -> None:
    for name in names:
        connection.exec_driver_sql(f"CREATE TABLE {name} (x int)")


def test_what_is_rolled_back(connection: sa.Connection, tables: Tables) -> None:
    """All of it is: tables, columns, indexes, comments, sequences, types, views and rows."""
    step = PACK.begin(connection)
    make(connection, "kept")
    step.commit()
    step = PACK.begin(connection)
    for statement in (
        "ALTER TABLE kept ADD COLUMN y int",
        "COMMENT ON TABLE kept IS 'c'",
        "INSERT INTO kept VALUES (1, 2)",
        "CREATE INDEX ix ON kept (x)",
        "CREATE SEQUENCE sq",
        "CREATE TYPE ty AS ENUM ('a')",
        "CREATE VIEW vi AS SELECT 1",
        "CREATE SCHEMA sc",
        "CREATE TABLE one (x int)",
    ):
        connection.exec_driver_sql(statement)
    with pytest.raises(DBAPIError):
        make(connection, "one")
    step.rollback()
    step.rollback()
    assert tables() == ["kept"]
    for statement in (
        "SELECT sql FROM duckdb_tables() WHERE sql <> 'CREATE TABLE kept(x INTEGER);' OR comment IS NOT NULL",
        "SELECT * FROM kept",
        "FROM duckdb_indexes()",
        "FROM duckdb_sequences()",
        "FROM duckdb_types() WHERE NOT internal",
        "FROM duckdb_views() WHERE NOT internal",
        "FROM duckdb_schemas() WHERE schema_name = 'sc'",
    ):
        assert connection.exec_driver_sql(statement).all() == []


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "driver"])
def test_a_transaction_that_is_gone(connection: sa.Connection, tables: Tables, end: str) -> None:
    step = PACK.begin(connection)
    make(connection, "one")
    if end == "driver":
        connection.connection.driver_connection.commit()  # type: ignore[union-attr]
    else:
        connection.exec_driver_sql(end)
    with pytest.raises(NoLongerAtomic):
        step.check()
    with pytest.raises(NoLongerAtomic):
        step.commit()
    step.rollback()
    assert not connection.in_transaction()
    assert tables() == ([] if end == "ROLLBACK" else ["one"])


def test_an_error_that_a_script_swallows(connection: sa.Connection, tables: Tables) -> None:
    step = PACK.begin(connection)
    connection.exec_driver_sql("CREATE TABLE one (x int PRIMARY KEY)")
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("INSERT INTO one VALUES (1), (1)")
    with pytest.raises(FailedTransaction) as caught:
        step.commit()
    assert caught.value.code == "DU402"
    step.rollback()
    assert tables() == []
