"""A copy of many rows, of which whoever looks on is told how far it has come."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.batch import RowsLost
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import script

CHECKED = "SELECT count(*), sum(rowid * a % 1000) FROM long"
COUNT = 200_500
NUMBERS = f"WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {COUNT})"


@pytest.fixture
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture
def operations(connection: sa.Connection, told: list[tuple[str, int, int]]) -> Operations:
    opts = {"copying": lambda *progress: told.append(progress)}
    return Operations(MigrationContext.configure(connection, opts=opts, plugins=()))


@pytest.mark.parametrize("rowids", ["1", "x * 7 - 5000000", "CASE x WHEN 3 THEN 9000000000 ELSE x END"])
def test_a_long_copy_is_made_in_pieces_for_whoever_looks_on(
    connection: sa.Connection, operations: Operations, told: list[tuple[str, int, int]], rowids: str
) -> None:
    columns = "id, a" if rowids == "1" else "id INTEGER PRIMARY KEY, a TEXT"
    script(connection, f"CREATE TABLE long ({columns})")
    script(connection, f"{NUMBERS} INSERT INTO long SELECT {rowids}, x FROM n")
    before = connection.exec_driver_sql(CHECKED).one()
    with operations.batch_alter_table("long") as batch:
        batch.alter_column("a", type_=sa.Integer(), nullable=False)
    assert connection.exec_driver_sql(CHECKED).one() == before
    assert told == [("long", done, COUNT) for done in (0, 50_000, 100_000, 150_000, 200_000, COUNT)]


@pytest.mark.parametrize(
    ("columns", "dropped", "key"),
    [
        ("id INTEGER PRIMARY KEY, a INTEGER NOT NULL", "id", "a"),
        ("id INTEGER PRIMARY KEY, a INTEGER NOT NULL", "id", None),
        ("id INTEGER, rowid INTEGER, _rowid_ INTEGER, a INTEGER NOT NULL", "id", "a"),
    ],
)
def test_rows_that_get_other_numbers_are_all_copied(
    connection: sa.Connection,
    operations: Operations,
    told: list[tuple[str, int, int]],
    columns: str,
    dropped: str,
    key: str | None,
) -> None:
    script(connection, f"CREATE TABLE long ({columns})")
    # Against the order of the rows.
    script(connection, f"{NUMBERS} INSERT INTO long (id, a) SELECT x, 1000000 - x * 3 FROM n")
    before = connection.exec_driver_sql("SELECT count(*), sum(a), min(a), max(a) FROM long").one()
    with operations.batch_alter_table("long") as batch:
        batch.drop_column(dropped)
        if key is not None:
            batch.create_primary_key("pk", [key])
        batch.alter_column("a", server_default="1")
    after = connection.exec_driver_sql("SELECT count(*), sum(a), min(a), max(a) FROM long").one()
    assert after == before
    assert len(told) == 6


@pytest.mark.parametrize("clause", ["IGNORE", "REPLACE"])
@pytest.mark.parametrize("value", ["x / 2", "1"])
def test_rows_that_a_constraint_leaves_out_of_a_long_copy_are_missed(
    connection: sa.Connection, operations: Operations, clause: str, value: str
) -> None:
    script(connection, "CREATE TABLE long (id INTEGER PRIMARY KEY, a INTEGER)")
    script(connection, f"{NUMBERS} INSERT INTO long SELECT x, {value} FROM n")
    unique = sa.UniqueConstraint("a", sqlite_on_conflict=clause)
    with pytest.raises(RowsLost), operations.batch_alter_table("long", table_args=[unique]):
        pass
    assert connection.exec_driver_sql("SELECT count(*) FROM long").scalar() == COUNT


def test_no_rows_are_read_again_where_nothing_can_be_found(connection: sa.Connection) -> None:
    operations = Operations(MigrationContext.configure(connection, plugins=()))
    text = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b VARCHAR(3), c TEXT)"
    script(connection, f"{text}; INSERT INTO t VALUES (1, 2, 'b', '3')")
    driver: Any = connection.connection.driver_connection
    sent: list[str] = []
    driver.set_trace_callback(sent.append)
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", type_=sa.BigInteger(), nullable=False)
        batch.alter_column("b", type_=sa.String(9))
    reads = [each for each in sent if each.startswith("SELECT") and "sqlite_master" not in each]
    assert reads == []
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("c", type_=sa.Integer())
    driver.set_trace_callback(None)
    reads = [each for each in sent if each.startswith("SELECT") and "sqlite_master" not in each]
    assert len(reads) == 1
    assert connection.exec_driver_sql("SELECT * FROM t").all() == [(1, 2, "b", 3)]


def test_values_that_the_old_type_had_no_use_for_either_stay(
    connection: sa.Connection, operations: Operations
) -> None:
    script(connection, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES ('12 apples'), (3)")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", type_=sa.BigInteger())
    assert connection.exec_driver_sql("SELECT a FROM t").scalars().all() == ["12 apples", 3]
