"""What errors of the server are about."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops_mysql.dialect import MySQLDialect
from migrateops_mysql.error_kind import error_kind

CASES = {
    "INSERT INTO t (x) VALUES (1), (1)": "constraint",
    "INSERT INTO t (x) VALUES (NULL)": "constraint",
    "INSERT INTO t (x, y) VALUES (1, -1)": "constraint",
    "INSERT INTO t (x, z) VALUES (1, 7)": "constraint",
    "SELECT * FROM absent": None,
    "SELEC 1": None,
    "ALTER TABLE t MODIFY v int": "unsupported",
    "CREATE TABLE f (id int) ENGINE=FEDERATED": "unsupported",
}


@pytest.mark.parametrize("statement", CASES)
def test_of_a_statement(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE t (x int PRIMARY KEY, y int CHECK (y > 0), z int, v int AS (y + 1) VIRTUAL,"
        " FOREIGN KEY (z) REFERENCES t (x))"
    )
    with pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(statement)
    assert MySQLDialect().error_kind(caught.value) == CASES[statement]
    assert caught.value.orig is not None
    assert error_kind(caught.value.orig) == CASES[statement]


def test_of_a_lock(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x int PRIMARY KEY)")
    with engine.begin() as holder, engine.begin() as other:
        holder.exec_driver_sql("INSERT INTO t VALUES (1)")
        other.exec_driver_sql("SET SESSION lock_wait_timeout = 1")
        with pytest.raises(DBAPIError) as caught:
            other.exec_driver_sql("ALTER TABLE t ADD COLUMN y int")
    assert error_kind(caught.value) == "locked"


def test_of_a_connection(connection: sa.Connection, engine: sa.Engine) -> None:
    with pytest.raises(DBAPIError) as caught:
        sa.create_engine("mysql+pymysql://u@127.0.0.1:1/d").connect()
    assert error_kind(caught.value) == "lost"
    assert caught.value.orig is not None
    assert error_kind(caught.value.orig) == "lost"
    process = connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one()
    with engine.connect() as other:
        other.exec_driver_sql(f"KILL {process}")
    with pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql("SELECT 1")
    assert error_kind(caught.value) == "lost"


def test_of_anything_else() -> None:
    assert error_kind(ValueError("no")) is None
    assert error_kind(OSError(1205, "no")) is None
    assert error_kind(ValueError()) is None
