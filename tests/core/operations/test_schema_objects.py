"""Schema items are taken out of one table and put into another without losing anything."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table, func
from sqlalchemy.engine.default import DefaultDialect

from migrateops.operations.ops import (
    AddColumnOp,
    CreateCheckConstraintOp,
    CreateIndexOp,
    CreateTableOp,
    DropIndexOp,
    DropTableOp,
)
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
    made = SchemaObjects(TARGET).table("child", *table.columns, index, listed=table.columns.keys())
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


def _model() -> Table:
    table = Table("t", MetaData(), Column("x", String), Column("y", Integer, key="why", index=True))
    table.append_constraint(CheckConstraint(table.c.why > 5, name="ck"))
    Index("ix_lower", func.lower(table.c.x), table.c.why.desc(), table.c.x)
    return table


def test_making_an_index_of_a_model_leaves_the_model_alone() -> None:
    table = _model()
    before = {*table.indexes}
    for index in before:
        made = CreateIndexOp.from_index(index).to_index()
        assert made.table is not None
        assert made.table is not table
        assert {*made.columns} <= {*made.table.columns}
        DropIndexOp.from_index(index).to_index()
    assert table.indexes == before


def test_making_a_check_of_a_model_leaves_the_model_alone() -> None:
    table = _model()
    before = {*table.constraints}
    (check,) = (c for c in before if c.name == "ck")
    made = CreateCheckConstraintOp.from_constraint(check).to_constraint()
    assert (made.table is table, {*made.table.columns.keys()}, {*made.columns.keys()}) == (
        False,
        {"y"},
        {"y"},
    )
    assert table.constraints == before


def test_the_table_of_an_index_is_the_one_that_is_named() -> None:
    table = _model()
    index = SchemaObjects(TARGET).index("ix", "other", [func.lower(table.c.x), "z"], schema="s")
    check = SchemaObjects(TARGET).check_constraint("ck", "other", table.c.x != "", schema="s")
    assert index.table is not None
    assert (index.table.fullname, check.table.fullname) == ("s.other", "s.other")
    assert {*index.table.columns.keys()} == {"x", "z"}


def test_an_attached_index_on_a_column_with_a_key() -> None:
    table = _model()
    names = [column.name for column in table.columns]
    made = CreateTableOp("t", [*table.columns, *table.indexes], constraints_included=names).to_table()
    assert {index.name for index in made.indexes} == {"ix_t_y", "ix_lower"}
