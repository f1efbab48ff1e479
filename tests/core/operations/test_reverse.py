"""Taking back what takes back renders the same, also after any assignment."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import NoDiffTuple, NotReversible
from migrateops.operations import MigrateOperation, ops
from migrateops.operations.declare import Role
from migrateops.operations.registry import process
from tests.core.operations.examples import EXAMPLES, render

WITHOUT = {"ExecuteSQLOp", "BulkInsertOp"}
"""Operations that cannot be taken back: nobody knows what they did."""


def test_every_built_in_operation_is_here() -> None:
    built_in = {
        directive.op_cls.__name__
        for by_maker in process.directives.values()
        for maker, directive in by_maker.items()
        if maker.module.startswith("migrateops.operations.")
    }
    assert {type(example()).__name__ for example in EXAMPLES.values()} | WITHOUT == built_in


@pytest.mark.parametrize("name", EXAMPLES)
def test_twice_reversed_it_renders_the_same(name: str) -> None:
    op = EXAMPLES[name]()
    there_and_back = op.reverse().reverse()
    assert type(there_and_back) is type(op)
    assert render(there_and_back) == render(op)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_opposite_is_taken_back_to_it_as_well(name: str) -> None:
    opposite = EXAMPLES[name]().reverse()
    assert render(opposite.reverse().reverse()) == render(opposite)
    assert render(opposite) != render(EXAMPLES[name]())


def assigned(op: MigrateOperation) -> list[str]:
    """Change every name of *op* to another, and return the fields that were changed."""
    spec = op.__op_spec__
    assert spec is not None
    changed = []
    for item in spec.fields:
        value = getattr(op, item.name)
        if item.name == "constraint_type":
            continue  # One of four words.
        if item.role not in (Role.HIDDEN, Role.OPTIONS, Role.KW_ITEM) and isinstance(value, str):
            setattr(op, item.name, f"{value}_changed")
            changed.append(item.name)
    return changed


@pytest.mark.parametrize("name", EXAMPLES)
def test_after_any_assignment_too(name: str) -> None:
    op = EXAMPLES[name]()
    assert assigned(op)
    assert "_changed" in render(op)
    assert render(op.reverse().reverse()) == render(op)


@pytest.mark.parametrize("name", EXAMPLES)
def test_after_an_assignment_to_the_opposite_too(name: str) -> None:
    opposite = EXAMPLES[name]().reverse()
    assert assigned(opposite)
    back = opposite.reverse()
    assert render(back.reverse()) == render(opposite)
    assert "_changed" in render(back)


def test_a_renamed_drop_creates_under_the_new_name() -> None:
    dropped = ops.DropTableOp.from_table(sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer)))
    dropped.reverse()
    dropped.table_name = "renamed"
    made = dropped.reverse()
    assert made.table_name == "renamed"
    assert made.to_table().name == "renamed"


@pytest.mark.parametrize(
    "op",
    [
        ops.ExecuteSQLOp("SELECT 1"),
        ops.BulkInsertOp(sa.table("t"), []),
        ops.DropTableOp("t"),
        ops.DropColumnOp("t", "c"),
        ops.DropConstraintOp("uq", "t"),
        ops.DropIndexOp("ix"),
        ops.AlterColumnOp("t", "c", modify_nullable=True),
        ops.AlterColumnOp("t", "c", modify_type=sa.Integer()),
        ops.AlterColumnOp("t", "c", modify_server_default=None),
    ],
    ids=lambda op: type(op).__name__,
)
def test_what_is_not_known_is_not_made_up(op: MigrateOperation) -> None:
    with pytest.raises(NotReversible) as caught:
        op.reverse()
    assert caught.value.code == "MO308"
    assert caught.value.operation == op.describe()


def test_containers_are_reversed_in_reverse_order() -> None:
    change = ops.ModifyTableOps(
        "t",
        [ops.AddColumnOp("t", sa.Column("a", sa.Integer)), ops.CreateIndexOp("ix", "t", ["a"])],
        schema="s",
    )
    up = ops.UpgradeOps([ops.CreateTableOp("u", []), change])
    down = up.reverse()
    assert isinstance(down, ops.DowngradeOps)
    inner, last = down.ops
    assert isinstance(inner, ops.ModifyTableOps)
    assert (inner.table_name, inner.schema) == ("t", "s")
    assert [type(op) for op in inner.ops] == [ops.DropIndexOp, ops.DropColumnOp]
    assert isinstance(last, ops.DropTableOp)
    assert [type(op) for op in down.reverse().flat()] == [
        ops.CreateTableOp,
        ops.AddColumnOp,
        ops.CreateIndexOp,
    ]
    into = ops.DowngradeOps([ops.ExecuteSQLOp("gone")])
    assert up.reverse_into(into) is into
    assert len(into.ops) == 2


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("create_table", "add_table"),
        ("drop_table", "remove_table"),
        ("add_column", "add_column"),
        ("drop_column", "remove_column"),
        ("create_index", "add_index"),
        ("drop_index", "remove_index"),
        ("create_unique_constraint", "add_constraint"),
        ("create_foreign_key", "add_fk"),
        ("drop_constraint", "remove_constraint"),
        ("drop_constraint fk", "remove_fk"),
        ("create_table_comment", "add_table_comment"),
        ("drop_table_comment", "remove_table_comment"),
    ],
)
def test_diff_tuples(name: str, tag: str) -> None:
    assert EXAMPLES[name]().to_diff_tuple()[0] == tag


def test_an_altered_column_is_one_tuple_for_each_change() -> None:
    rows: Any = EXAMPLES["alter_column"]().to_diff_tuple()
    assert [row[0] for row in rows] == [
        "modify_type",
        "modify_nullable",
        "modify_default",
        "modify_comment",
        "rename_column",
    ]
    assert all(row[1:4] == ("s", "t", "c") for row in rows)
    assert rows[1][-2:] == (True, False)


def test_what_has_no_diff_tuple_says_so() -> None:
    with pytest.raises(NoDiffTuple) as caught:
        ops.BulkInsertOp(sa.table("t"), []).to_diff_tuple()
    assert caught.value.operation == "BulkInsertOp"
