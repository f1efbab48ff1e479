"""The operations as objects: signature, reverse, conversion, differences."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import NotReversible
from migrateops.operations import MigrateOperation
from migrateops_sequences.ops import OPTIONS, AlterSequenceOp, CreateSequenceOp, DropSequenceOp

FULL: dict[str, Any] = {
    "data_type": sa.SmallInteger(),
    "start": 7,
    "increment": 3,
    "minvalue": 1,
    "maxvalue": 900,
    "cycle": True,
    "cache": 5,
    "order": True,
}


def call(op: MigrateOperation) -> list[tuple[str | None, str]]:
    """Return the call that autogenerate renders, its values as text."""
    assert op.__op_spec__ is not None
    return [(name, repr(value)) for name, value in op.__op_spec__.arguments(op, "op")]


def test_create_renders_what_was_given() -> None:
    assert call(CreateSequenceOp("s", schema="shop", start=7, owned_by="t.c", cycle=False)) == [
        (None, "'s'"),
        ("schema", "'shop'"),
        ("start", "7"),
        ("cycle", "False"),
        ("owned_by", "'t.c'"),
    ]


def test_drop_remembers_what_it_drops() -> None:
    create = CreateSequenceOp("s", schema="shop", owned_by="t.c", if_not_exists=True, **FULL)
    drop = create.reverse()
    assert call(drop) == [(None, "'s'"), ("schema", "'shop'"), ("if_exists", "True")]
    assert call(drop.reverse()) == call(create)
    drop.sequence_name = "renamed"
    assert drop.reverse().sequence_name == "renamed"
    with pytest.raises(NotReversible) as caught:
        DropSequenceOp("s").reverse()
    assert "'s'" in caught.value.operation


def test_alter_goes_back_to_existing_values() -> None:
    op = AlterSequenceOp(
        "s",
        schema="shop",
        new_sequence_name="t",
        increment=2,
        existing_increment=1,
        nomaxvalue=True,
        existing_maxvalue=10,
        owned_by="a.b",
        existing_owned_by=None,
        existing_cycle=False,
    )
    back = op.reverse()
    assert call(back) == [
        (None, "'t'"),
        ("schema", "'shop'"),
        ("new_sequence_name", "'s'"),
        ("increment", "1"),
        ("maxvalue", "10"),
        ("owned_by", "None"),
        ("existing_increment", "2"),
        ("existing_nomaxvalue", "True"),
        ("existing_cycle", "False"),
        ("existing_owned_by", "'a.b'"),
    ]
    assert call(back.reverse()) == call(op)


@pytest.mark.parametrize("option", [*OPTIONS, "owned_by"])
def test_alter_needs_the_existing_value_to_go_back(option: str) -> None:
    value: Any = {"data_type": sa.Integer(), "owned_by": "t.c"}.get(option, 1)
    with pytest.raises(NotReversible) as caught:
        AlterSequenceOp("s", **{option: value}).reverse()
    assert f"existing_{option.removeprefix('no')}" in caught.value.reason


def test_a_restart_cannot_be_taken_back() -> None:
    with pytest.raises(NotReversible):
        AlterSequenceOp("s", restart=5, increment=2, existing_increment=1).reverse()


def test_a_sequence_there_and_back() -> None:
    sequence = CreateSequenceOp("s", schema="shop", nominvalue=True, **FULL).to_sequence()
    op = CreateSequenceOp.from_sequence(sequence)
    assert {name: getattr(op, name) for name in FULL} == FULL
    assert (op.sequence_name, op.schema, op.nominvalue, op.nomaxvalue) == ("s", "shop", True, None)
    assert type(op.sequence_name) is str
    assert DropSequenceOp.from_sequence(sequence).to_sequence().cache == 5


def test_quoting_that_was_asked_for_is_kept() -> None:
    op = CreateSequenceOp.from_sequence(sa.Sequence("s", quote=True))
    assert getattr(op.sequence_name, "quote", None) is True
    assert getattr(op.to_sequence().name, "quote", None) is True


def test_differences() -> None:
    tag, sequence = CreateSequenceOp("s", start=3).to_diff_tuple()
    assert (tag, sequence.name, sequence.start) == ("add_sequence", "s", 3)
    tag, sequence = CreateSequenceOp("s", start=3).reverse().to_diff_tuple()
    assert (tag, sequence.name, sequence.start) == ("remove_sequence", "s", 3)
    assert AlterSequenceOp(
        "s", schema="x", cache=2, existing_cache=1, owned_by=None, existing_owned_by="t.c", restart=4
    ).to_diff_tuple() == (
        "modify_sequence",
        "x",
        "s",
        {"cache": 1, "owned_by": "t.c"},
        {"cache": 2, "owned_by": None, "restart": 4},
    )
    assert AlterSequenceOp("s", new_sequence_name="t").to_diff_tuple()[-1] == {"name": "t"}


def test_what_they_touch() -> None:
    assert CreateSequenceOp("s", schema="x").footprint()[1] == {"x.s"}
    assert DropSequenceOp("s").footprint()[1] == {"s"}
    assert AlterSequenceOp("s", schema="x", new_sequence_name="t").footprint()[1] == {"x.s", "x.t"}
