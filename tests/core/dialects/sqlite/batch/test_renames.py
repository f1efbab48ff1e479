"""Columns that are renamed in a batch, and other changes of it that call them by either name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from tests.core.dialects.sqlite.batch.conftest import objects, rows, script

CHANGES: dict[str, Any] = {
    "unique": lambda b, name: b.create_unique_constraint("uq", [name, "k"]),
    "key": lambda b, name: b.create_primary_key("pk", [name]),
    "foreign": lambda b, name: b.create_foreign_key("fk", "parent", [name], ["id"]),
    "check": lambda b, name: b.create_check_constraint("ck", f"{name} IN (1, 2) AND 'a' <> lower(k)"),
    "computed": lambda b, name: b.add_column(sa.Column("g", sa.Integer(), sa.Computed(f"{name} + 1"))),
    "index": lambda b, name: b.create_index("ix", ["k", name]),
    "column": lambda b, name: b.add_column(
        sa.Column("x", sa.Integer(), sa.CheckConstraint(f"x IS NULL OR x > {name}"))
    ),
}


@pytest.mark.parametrize("recreate", ["auto", "always"])
@pytest.mark.parametrize("order", ["before", "after by the old name", "after by the new name"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_calls_a_renamed_column_by_either_name(
    operations: Operations, connection: sa.Connection, change: str, order: str, recreate: Any
) -> None:
    script(connection, "CREATE TABLE t (a INTEGER, k TEXT); INSERT INTO t VALUES (1, 'b')")
    with operations.batch_alter_table("t", recreate=recreate) as batch:
        if order == "before":
            CHANGES[change](batch, "a")
        batch.alter_column("a", new_column_name="z")
        if order != "before":
            CHANGES[change](batch, "z" if order.endswith("new name") else "a")
    found = objects(connection)
    text = found["t"] + found.get("ix", "")
    assert "z" in text.replace("z INTEGER", "", 1)
    assert rows(connection, "t")[0][:2] == (1, "b")
    connection.exec_driver_sql("INSERT INTO t (z, k) VALUES (2, 'c')")


@pytest.mark.parametrize("change", ["unique", "index", "check"])
def test_a_name_that_stands_for_another_column_afterwards(
    operations: Operations, connection: sa.Connection, change: str
) -> None:
    script(connection, "CREATE TABLE t (a INTEGER, b INTEGER, k TEXT); INSERT INTO t VALUES (1, 5, 'b')")
    with operations.batch_alter_table("t") as batch:
        CHANGES[change](batch, "a")
        batch.alter_column("a", new_column_name="z")
        batch.alter_column("b", new_column_name="a")
    found = objects(connection)
    assert rows(connection, "t") == [(1, 5, "b")]
    connection.exec_driver_sql("INSERT INTO t (a, z, k) VALUES (5, 2, 'b')")
    text = found["t"].partition(", CONSTRAINT")[2] + found.get("ix", "")
    assert "z" in text


def test_a_keyword_is_no_name_of_a_column(operations: Operations, connection: sa.Connection) -> None:
    script(connection, 'CREATE TABLE t ("in" INTEGER, k TEXT); INSERT INTO t VALUES (1, 2)')
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("in", new_column_name="z")
        batch.create_check_constraint("ck", '"in" IN (1, 2)')
    assert objects(connection)["t"].endswith('CHECK ("z" IN (1, 2)))')


def test_views_and_keys_of_others_follow_a_renamed_column(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b)")
    script(connection, "CREATE VIEW v AS SELECT a AS x FROM t; CREATE VIEW w AS SELECT x FROM v")
    script(connection, "CREATE TABLE ch (x REFERENCES t (a)); CREATE INDEX i ON t (a) WHERE a > 1")
    script(connection, "CREATE TRIGGER tr AFTER UPDATE OF a ON t BEGIN SELECT new.a; END")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", new_column_name="z z", type_=sa.Integer())
    found = objects(connection)
    assert found["v"] == 'CREATE VIEW v AS SELECT "z z" AS x FROM t'
    assert found["w"] == "CREATE VIEW w AS SELECT x FROM v"
    assert found["ch"] == 'CREATE TABLE ch (x REFERENCES t ("z z"))'
    assert found["i"] == 'CREATE INDEX i ON t ("z z") WHERE "z z" > 1'
    assert found["tr"] == 'CREATE TRIGGER tr AFTER UPDATE OF "z z" ON t BEGIN SELECT new."z z"; END'
    assert '"z z" INTEGER UNIQUE' in found["t"]
