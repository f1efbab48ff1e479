"""Columns that number themselves are known for that, whatever their tables are called, and were called."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import compare_metadata
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops_duckdb.dialect import DuckDBDialect

NAMES = [
    "t",
    "order",
    "Mixed Case",
    "ünïcode",
    "quo'te",
    "back`tick",
    "per%cent",
    "co:lon",
    "semi;colon",
    "a-b",
]


def numbered(table: str, column: str = "id") -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(table, metadata, sa.Column(column, sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    return metadata


def differences(connection: sa.Connection, metadata: sa.MetaData) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("name", NAMES)
def test_names_that_need_quotes(operations: Operations, connection: sa.Connection, name: str) -> None:
    operations.create_table(
        name, sa.Column("id", sa.Integer, primary_key=True), sa.Column(f"{name} 2", sa.Integer)
    )
    made = sa.Table(name, sa.MetaData(), sa.Column("id", sa.Integer), sa.Column(f"{name} 2", sa.Integer))
    connection.execute(made.insert(), [{f"{name} 2": 5}, {f"{name} 2": 6}])
    assert connection.execute(sa.select(made.c.id).order_by(made.c.id)).scalars().all() == [1, 2]
    (found,) = DuckDBDialect().read_snapshot(connection, [None])
    assert (found.columns[0].autoincrement, found.columns[0].default) == (True, None)


def test_after_a_new_name(operations: Operations, connection: sa.Connection) -> None:
    numbered("t").create_all(connection)
    operations.rename_table("t", "u")
    assert differences(connection, numbered("u")) == []
    with operations.batch_alter_table("u") as batch:
        batch.alter_column("id", new_column_name="number")
    assert differences(connection, numbered("u", "number")) == []
    connection.exec_driver_sql("INSERT INTO u (a) VALUES (5)")
    assert connection.exec_driver_sql("FROM u").all() == [(1, 5)]


def test_a_sequence_that_somebody_has_chosen_is_a_default(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE SEQUENCE numbers")
    metadata = sa.MetaData()
    default = sa.text("nextval('numbers')")
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True, server_default=default))
    metadata.create_all(connection)
    assert differences(connection, metadata) == []
    (found,) = DuckDBDialect().read_snapshot(connection, [None])
    assert (found.columns[0].autoincrement, found.columns[0].default) == (False, "nextval('numbers')")
    assert len(differences(connection, numbered("t"))) > 0


def test_a_key_that_is_no_whole_number_does_not_number_itself(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE SEQUENCE t_id_seq")
    connection.exec_driver_sql(
        "CREATE TABLE t (id DECIMAL(12, 4) DEFAULT nextval('t_id_seq') PRIMARY KEY, a INTEGER)"
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Numeric(12, 4), primary_key=True), sa.Column("a", sa.Integer))
    [[difference]] = differences(connection, metadata)
    assert difference[0] == "modify_default"


def test_no_sequence_has_a_quotation_mark_in_its_name(
    operations: Operations, connection: sa.Connection
) -> None:
    """The engine does not find it: in what ``nextval`` is given, there is no way to write one."""
    for table, column in (('qu"ote', "id"), ("t", 'i"d')):
        with pytest.raises(UnsupportedOperation) as caught:
            operations.create_table(table, sa.Column(column, sa.Integer, primary_key=True))
        assert "quotation mark" in caught.value.message()
    left = "SELECT (SELECT count(*) FROM duckdb_tables()) + (SELECT count(*) FROM duckdb_sequences())"
    assert connection.exec_driver_sql(left).scalar_one() == 0
    operations.create_table('qu"ote', sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))


def test_the_sequence_goes_with_its_table_unless_another_has_numbers_of_it(
    operations: Operations, connection: sa.Connection
) -> None:
    sequences = "SELECT sequence_name FROM duckdb_sequences() ORDER BY ALL"
    for name in ("t", "Mixed Case"):
        numbered(name).create_all(connection)
        operations.drop_table(name)
        assert connection.exec_driver_sql(sequences).scalars().all() == []
    numbered("t").create_all(connection)
    connection.exec_driver_sql("CREATE TABLE u (a INTEGER DEFAULT nextval('t_id_seq'))")
    operations.drop_table("t")
    connection.exec_driver_sql("CREATE SEQUENCE numbers")
    connection.exec_driver_sql("CREATE TABLE w (id INTEGER DEFAULT nextval('numbers') PRIMARY KEY)")
    operations.drop_table("w")
    assert connection.exec_driver_sql(sequences).scalars().all() == ["numbers", "t_id_seq"]
