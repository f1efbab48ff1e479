"""From schema objects to operations and back; what comes back is what went in."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from migrateops.errors.operations import NotASchemaItem, WrongType
from migrateops.operations import MigrateOperation, Operations, ops
from tests.core.operations.examples import PLAYER, TEAM, constraint


def sql(element: Any) -> str:
    return " ".join(str(element.compile()).split())


def clauses(table: sa.Table) -> list[str]:
    """Return the columns and constraints of CREATE TABLE; the order of constraints means nothing."""
    head, *constraints = sql(CreateTable(table)).removesuffix(" )").split(", CONSTRAINT ")
    return [head, *sorted(constraints)]


@pytest.mark.parametrize("table", [TEAM, PLAYER], ids=lambda table: table.name)
@pytest.mark.parametrize("op_cls", [ops.CreateTableOp, ops.DropTableOp], ids=lambda cls: cls.__name__)
def test_a_table_comes_back(table: sa.Table, op_cls: Any) -> None:
    op = op_cls.from_table(table)
    assert (op.table_name, op.schema) == (table.name, table.schema)
    for made in (op.to_table(), op.to_table()):
        assert made is not table
        assert made.metadata is not table.metadata
        assert clauses(made) == clauses(table)
        assert made.comment == table.comment


def test_each_constraint_of_it_is_one_and_its_columns_are_its_own() -> None:
    made = ops.CreateTableOp.from_table(PLAYER).to_table()
    assert sorted(c.__visit_name__ for c in made.constraints) == sorted(
        c.__visit_name__ for c in PLAYER.constraints
    )
    for one in made.constraints:
        assert one.table is made
        assert all(column.table is made for column in getattr(one, "columns", ()))
    assert made.indexes == set()


def test_a_table_without_a_primary_key_comes_back(operations: Operations) -> None:
    table = sa.Table(
        "log", sa.MetaData(), sa.Column("line", sa.Text), sa.Column("at", sa.Integer, unique=True)
    )
    op = ops.CreateTableOp.from_table(table)
    assert [type(item) for item in op.columns] == [sa.Column, sa.Column, sa.UniqueConstraint]
    operations.invoke(op)
    inspector = sa.inspect(operations.get_bind())
    assert inspector.get_pk_constraint("log")["constrained_columns"] == []
    assert [found["column_names"] for found in inspector.get_unique_constraints("log")] == [["at"]]


def test_what_a_type_brings_with_it_is_not_listed_twice(operations: Operations) -> None:
    kind = sa.Enum("a", "b", name="kind", create_constraint=True, native_enum=False)
    table = sa.Table("t", sa.MetaData(), sa.Column("k", kind))
    operations.invoke(ops.CreateTableOp.from_table(table))
    checks = sa.inspect(operations.get_bind()).get_check_constraints("t")
    assert [check["name"] for check in checks] == ["kind"]


@pytest.mark.parametrize(
    ("kind", "op_cls"),
    [
        (sa.PrimaryKeyConstraint, ops.CreatePrimaryKeyOp),
        (sa.UniqueConstraint, ops.CreateUniqueConstraintOp),
        (sa.ForeignKeyConstraint, ops.CreateForeignKeyOp),
        (sa.CheckConstraint, ops.CreateCheckConstraintOp),
    ],
    ids=lambda given: given.__name__,
)
def test_a_constraint_comes_back(kind: type[sa.Constraint], op_cls: type[Any]) -> None:
    given = constraint(kind)
    op = ops.AddConstraintOp.from_constraint(given)
    assert type(op) is op_cls
    assert sql(AddConstraint(op.to_constraint())) == sql(AddConstraint(given))
    dropped = ops.DropConstraintOp.from_constraint(given)
    assert (dropped.constraint_name, dropped.table_name, dropped.schema) == (given.name, "player", "club")
    assert sql(AddConstraint(dropped.to_constraint())) == sql(AddConstraint(given))


def test_every_option_of_a_foreign_key_comes_back() -> None:
    metadata = sa.MetaData()
    sa.Table("u", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), schema="other")
    key = sa.ForeignKeyConstraint(
        ["x", "y"],
        ["other.u.a", "other.u.b"],
        name="fk",
        onupdate="CASCADE",
        ondelete="SET NULL",
        deferrable=True,
        initially="DEFERRED",
        match="FULL",
    )
    sa.Table("t", metadata, sa.Column("x", sa.Integer), sa.Column("y", sa.Integer), key, schema="own")
    op = ops.CreateForeignKeyOp.from_constraint(key)
    assert (op.source_table, op.source_schema, op.referent_table, op.referent_schema) == (
        "t",
        "own",
        "u",
        "other",
    )
    assert (op.local_cols, op.remote_cols) == (["x", "y"], ["a", "b"])
    assert (op.ondelete, op.onupdate, op.deferrable, op.initially, op.match) == (
        "SET NULL",
        "CASCADE",
        True,
        "DEFERRED",
        "FULL",
    )
    assert sql(AddConstraint(op.to_constraint())) == sql(AddConstraint(key))


def test_a_key_to_its_own_table_comes_back() -> None:
    key = sa.ForeignKeyConstraint(["parent"], ["tree.id"], name="fk")
    sa.Table("tree", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("parent", sa.Integer), key)
    op = ops.CreateForeignKeyOp.from_constraint(key)
    assert sql(AddConstraint(op.to_constraint())) == sql(AddConstraint(key))


@pytest.mark.parametrize("op_cls", [ops.CreateIndexOp, ops.DropIndexOp], ids=lambda cls: cls.__name__)
def test_an_index_comes_back(op_cls: Any) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.String), schema="s")
    plain = sa.Index("ix_plain", table.c.a, table.c.b, unique=True)
    expression = sa.Index("ix_expression", sa.func.lower(table.c.b), table.c.a.desc())
    for given in (plain, expression):
        op = op_cls.from_index(given)
        assert (op.index_name, op.table_name, op.schema) == (given.name, "t", "s")
        assert sql(CreateIndex(op.to_index())) == sql(CreateIndex(given))


def test_a_column_comes_back() -> None:
    column = PLAYER.c.name
    added = ops.AddColumnOp.from_column(column)
    assert (added.table_name, added.schema, added.to_column()) == ("player", "club", column)
    dropped = ops.DropColumnOp.from_column_and_tablename("club", "player", column)
    assert dropped.to_column() is column
    assert ops.DropColumnOp("player", "name").to_column().name == "name"


def test_what_is_no_schema_item_is_refused_before_anything_is_sent(operations: Operations) -> None:
    wrong: Any = "id INTEGER"
    with pytest.raises(NotASchemaItem) as caught:
        operations.create_table("t", sa.Column("id", sa.Integer), wrong)
    assert caught.value.code == "MO312"
    with pytest.raises(NotASchemaItem):
        operations.add_column("t", wrong)
    with pytest.raises(WrongType):
        ops.DropConstraintOp("c", "t", "foreign").to_constraint()
    assert sa.inspect(operations.get_bind()).get_table_names() == []


def test_the_models_are_left_as_they_were(operations: Operations) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("u", sa.Integer, unique=True, index=True),
    )
    before = (sql(CreateTable(table)), len(table.constraints), {index.name for index in table.indexes})
    operations.invoke(ops.CreateTableOp.from_table(table))
    operations.create_table("other", *table.columns)
    operations.invoke(ops.CreateTableOp.from_table(table).reverse())
    assert (
        sql(CreateTable(table)),
        len(table.constraints),
        {index.name for index in table.indexes},
    ) == before
    assert {*metadata.tables} == {"t"}


def test_naming_conventions_of_the_models_name_what_has_no_name(connection: sa.Connection) -> None:
    from migrateops.runtime.migration import MigrationContext

    convention = {"uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}
    models = sa.MetaData(naming_convention=convention)
    context = MigrationContext.configure(connection, opts={"target_metadata": models}, plugins=())
    operations = Operations(context)
    operations.create_table(
        "t",
        sa.Column("a", sa.Integer),
        sa.UniqueConstraint("a"),
        sa.CheckConstraint("a > 0", name="positive"),
        sa.CheckConstraint("a < 9", name=operations.f("final")),
    )
    inspector = sa.inspect(connection)
    assert [found["name"] for found in inspector.get_unique_constraints("t")] == ["uq_t_a"]
    assert {found["name"] for found in inspector.get_check_constraints("t")} == {"ck_t_positive", "final"}


@pytest.mark.parametrize(
    ("op", "said"),
    [
        (ops.DropConstraintOp("pk_t", "t", "primary"), "drop_constraint 'pk_t' 't'"),
        (ops.DropConstraintOp(None, "t", "primary"), "drop_constraint primary 't'"),
        (ops.DropConstraintOp(None, "t"), "drop_constraint 't'"),
        (ops.CreatePrimaryKeyOp(None, "t", ["id"]), "create_primary_key 't'"),
        (ops.DropConstraintOp(None, "t", "primary", schema="s"), "drop_constraint primary 's.t'"),
    ],
)
def test_a_constraint_without_a_name_is_not_called_by_that_of_its_table(
    op: MigrateOperation, said: str
) -> None:
    assert op.describe() == said
