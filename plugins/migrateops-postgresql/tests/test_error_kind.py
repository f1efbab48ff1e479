"""What errors of the server are about."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops_postgresql.dialect import PostgreSQLDialect
from migrateops_postgresql.error_kind import error_kind

CASES = {
    "INSERT INTO t VALUES (1), (1)": "constraint",
    "INSERT INTO t VALUES (NULL)": "constraint",
    "SELECT * FROM absent": None,
    "SELECT 1 / 0": None,
    "SET LOCAL ROLE pg_monitor; SELECT * FROM pg_authid": "denied",
    "CREATE VIEW v AS SELECT x FROM t; ALTER TABLE t ALTER COLUMN x TYPE bigint": "unsupported",
}


@pytest.mark.parametrize("statement", CASES)
def test_of_a_statement(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x int PRIMARY KEY)")
    with pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(statement)
    assert PostgreSQLDialect().error_kind(caught.value) == CASES[statement]
    assert caught.value.orig is not None
    assert error_kind(caught.value.orig) == CASES[statement]


def test_of_a_lock(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x int)")
    with engine.begin() as holder, engine.begin() as other:
        holder.exec_driver_sql("LOCK TABLE t")
        other.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")
        with pytest.raises(DBAPIError) as caught:
            other.exec_driver_sql("ALTER TABLE t ADD COLUMN y int")
    assert error_kind(caught.value) == "locked"


def test_of_a_connection() -> None:
    with pytest.raises(DBAPIError) as caught:
        sa.create_engine("postgresql+psycopg://u@127.0.0.1:1/d").connect()
    assert error_kind(caught.value) == "lost"


def test_of_anything_else() -> None:
    assert error_kind(ValueError("no")) is None
    assert error_kind(OSError("no")) is None
