"""Schema items are taken out of one table and put into another without losing anything."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, func
from sqlalchemy.engine.default import DefaultDialect

from migrateops.operations.ops import AddColumnOp, CreateTableOp, DropTableOp
from migrateops.operations.schema_objects import SchemaObjects
from migrateops.operations.target import Capabilities, Target

TARGET = Target(DefaultDialect(), ("default",), None, Capabilities())


def _child() -> Table:
    metadata = MetaData()
    Table("parent", metadata, Column("id", Integer, primary_key=True))
    parent: Column[int] = Column(
        "parent", ForeignKey("parent.id", name="fk_parent", ondelete="CASCADE"), index=True
    )
    return Table(
        "child", metadata, Column("id", Integer, primary_key=True), parent, Column("name", String(9))
    )


def test_a_column_of_a_table_brings_its_foreign_key_along() -> None:
    again = AddColumnOp.from_column(_child().c.parent).reverse().reverse()
    made = SchemaObjects(TARGET).table("child", again.to_column())
    [key] = made.foreign_key_constraints
    assert (key.name, key.ondelete, key.referred_table.name) == ("fk_parent", "CASCADE", "parent")
    assert len(made.indexes) == 1


def test_an_operation_can_make_its_table_more_than_once() -> None:
    op = AddColumnOp("child", Column("parent", ForeignKey("parent.id")))
    for _ in range(2):
        made = SchemaObjects(TARGET).table(op.table_name, op.column)
        assert len(made.foreign_key_constraints) == 1


def test_constraints_that_come_as_items_do_not_come_twice() -> None:
    made = CreateTableOp.from_table(_child()).to_table()
    assert len(made.foreign_key_constraints) == 1
    assert not made.indexes


def test_an_index_on_an_expression_moves_to_the_columns_of_the_new_table() -> None:
    table = _child()
    index = Index("ix_lower", func.lower(table.c.name), table.c.id.desc(), unique=True)
    made = SchemaObjects(TARGET).table("child", *table.columns, index, columns_alone=False)
    [moved] = made.indexes
    assert (moved.name, moved.unique, moved.table) == ("ix_lower", True, made)
    assert len(moved.expressions) == 2
    assert index.table is table


def test_a_dropped_table_that_remembers_an_index_is_a_table_again() -> None:
    table = _child()
    op = DropTableOp.from_table(table)
    assert op.origin is not None
    op.origin.columns = [*op.origin.columns, *table.indexes]
    assert {index.name for index in op.to_table().indexes} == {"ix_child_parent"}


def test_a_listed_column_of_an_option_is_a_column_of_the_made_up_table() -> None:
    unique = SchemaObjects(TARGET).unique_constraint("uq", "t", ["a"], postgresql_include=["b"])
    assert set(unique.table.columns.keys()) == {"a", "b"}
