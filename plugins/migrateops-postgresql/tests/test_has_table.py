"""The question after the version table has SQLAlchemy's answer, whatever is there under the name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops_postgresql.dialect import PostgreSQLDialect

MADE = {
    "table": "CREATE TABLE {} (x int)",
    "partitioned table": "CREATE TABLE {} (x int) PARTITION BY LIST (x)",
    "view": "CREATE VIEW {} AS SELECT 1 AS x",
    "materialized view": "CREATE MATERIALIZED VIEW {} AS SELECT 1 AS x",
    "temporary table": "CREATE TEMPORARY TABLE {} (x int)",
    "sequence": "CREATE SEQUENCE {}",
    "index": "CREATE TABLE t (x int); CREATE INDEX {} ON t (x)",
    "type": "CREATE TYPE {} AS (x int)",
    "nothing": "SELECT 1",
}
NAMES = ["alembic_version", "Mixed Case", "100%", "it's", 'a"b', "a:b"]


def asked(connection: sa.Connection, name: str, schema: str | None) -> bool:
    found = PostgreSQLDialect().has_table(connection, name, schema)
    assert found == sa.inspect(connection).has_table(name, schema=schema)
    return found


@pytest.mark.parametrize("made", MADE.values(), ids=MADE.keys())
def test_whatever_has_the_name(connection: sa.Connection, made: str) -> None:
    connection.exec_driver_sql(made.format("alembic_version"))
    is_one = "TABLE {}" in made or "VIEW {}" in made
    assert asked(connection, "alembic_version", None) == is_one
    here = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    assert asked(connection, "alembic_version", here) == (is_one and "TEMPORARY" not in made)
    assert not asked(connection, "alembic_version", "public")


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_name(connection: sa.Connection, name: str) -> None:
    assert not asked(connection, name, None)
    sa.Table(name, sa.MetaData(), sa.Column("x", sa.Integer)).create(connection)
    assert asked(connection, name, None)


def test_elsewhere(connection: sa.Connection) -> None:
    here = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    connection.exec_driver_sql(f'CREATE SCHEMA "{here} of another"')
    connection.exec_driver_sql(f'CREATE TABLE "{here} of another".alembic_version (x int)')
    assert not asked(connection, "alembic_version", None)
    assert asked(connection, "alembic_version", f"{here} of another")
    connection.exec_driver_sql(f'SET LOCAL search_path = "{here}", "{here} of another"')
    assert asked(connection, "alembic_version", None)
