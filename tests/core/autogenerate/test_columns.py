"""New and dropped columns, with what is on them; and what is not looked at."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, compare
from migrateops.autogenerate.coverage import note_of_order
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import (
    difference,
    larger,
    models,
    run,
    small,
    state,
)


def referring(metadata: sa.MetaData) -> None:
    small(metadata)
    metadata.tables["child"].append_column(sa.Column("parent_id", sa.ForeignKey("parent.id")))


def constrained(metadata: sa.MetaData) -> None:
    small(metadata)
    table = metadata.tables["child"]
    table.append_column(sa.Column("b", sa.Integer, unique=True))
    table.append_constraint(sa.UniqueConstraint("a", "b", name="uq_both"))
    table.append_constraint(sa.CheckConstraint(table.c.b > table.c.a, name="order"))


def test_new_columns_and_back(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    before = state(connection)
    metadata = models(larger)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    ((_, default),) = [
        (column["name"], column["default"])
        for column in sa.inspect(connection).get_columns("child")
        if column["name"] == "b"
    ]
    assert "1" in str(default)
    assert {index["name"] for index in sa.inspect(connection).get_indexes("child")} == {
        "ix_both",
        "ix_child_c",
    }
    if connection.dialect.name == "sqlite":
        # The server refuses to drop a column with a CHECK without building the table anew.
        return
    take_back()
    assert state(connection) == before


def test_a_new_column_that_refers(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    before = state(connection)
    metadata = models(referring)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    (key,) = sa.inspect(connection).get_foreign_keys("child")
    assert (key["constrained_columns"], key["referred_table"]) == (["parent_id"], "parent")
    if connection.dialect.name != "sqlite":
        assert key["name"] == "fk_child_parent_id"
        take_back()
        assert state(connection) == before


def test_new_columns_with_constraints_of_the_table(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"generic_dialects": ["postgresql"]}, plugins=()
        )
        models(small).create_all(connection)
        before = state(connection)
        metadata = models(constrained)
        take_back = run(context, metadata)
        made = state(connection)
        take_back()
        assert state(connection) == before
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert state(connection) == made
    engine.dispose()


def test_dropped_columns_and_back(connection: sa.Connection, configure: Configure) -> None:
    def indexed(metadata: sa.MetaData) -> None:
        small(metadata)
        metadata.tables["child"].append_column(sa.Column("c", sa.String(9), server_default="x", index=True))

    models(indexed).create_all(connection)
    before = state(connection)
    metadata = models(small)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    assert [column["name"] for column in sa.inspect(connection).get_columns("child")] == ["id", "a"]
    take_back()
    assert state(connection) == before


def test_an_index_that_gains_a_column_is_replaced(connection: sa.Connection, configure: Configure) -> None:
    def narrow(metadata: sa.MetaData) -> None:
        small(metadata)
        sa.Index("ix_x", metadata.tables["child"].c.a)

    def wide(metadata: sa.MetaData) -> None:
        small(metadata)
        table = metadata.tables["child"]
        table.append_column(sa.Column("b", sa.Integer))
        sa.Index("ix_x", table.c.a, table.c.b)

    models(narrow).create_all(connection)
    before = state(connection)
    take_back = run(configure(), models(wide))
    (index,) = sa.inspect(connection).get_indexes("child")
    assert index["column_names"] == ["a", "b"]
    take_back()
    assert state(connection) == before
    run(configure(), models(wide))
    take_back = run(configure(), models(narrow))
    assert state(connection) == before
    take_back()
    (index,) = sa.inspect(connection).get_indexes("child")
    assert index["column_names"] == ["a", "b"]


def test_the_order_of_columns_is_reported_and_left(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    metadata = models(names=False)
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("child", metadata, sa.Column("a", sa.Integer), sa.Column("id", sa.Integer, primary_key=True))
    context = AutogenContext(configure(), metadata)
    assert compare(context).ops == []
    assert "table child: columns are in the order id, a" in context.coverage
    assert context.notes == []
    assert note_of_order(context) == [
        "columns are in another order than in the models, and stay so: table child"
    ]
    assert "objects of other kinds than: table" in context.coverage


def test_a_system_column_is_not_made(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    metadata = models(small)
    metadata.tables["child"].append_column(sa.Column("xmin", sa.Integer, system=True))
    assert difference(configure(), metadata) == []
