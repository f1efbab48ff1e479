"""Declared operations: what each role of a field does to the constructor and to the two directives."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, field
from inspect import Parameter
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import BadDeclaration
from migrateops.operations import (
    MigrateOperation,
    Operations,
    batch_only,
    hidden,
    kw_item,
    operation,
    ops,
    options,
    param,
    schema,
    spread,
    table,
)
from migrateops.operations.declare import Form


@operation
class EveryRoleOp(MigrateOperation):
    """Have a field of each role."""

    name: str
    table_name: str = table()
    items: Sequence[Any] = spread()
    _: KW_ONLY
    modify_size: int | None = param("size", default=None)
    plain: bool = False
    schema: str | None = schema(default=None)
    before: str | None = batch_only(default=None)
    comment: str | None = kw_item(default=None)
    origin: Any = hidden(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)


@operation
class PlainOp(MigrateOperation):
    first: str
    second: int = 5


class Recorder:
    """What a compiled directive needs of its receiver."""

    scope_table = "the_table"
    scope_schema = "the_schema"

    def invoke(self, op: Any) -> Any:
        return op


def call(op_cls: type[Any], form: Form, *args: Any, **kw: Any) -> Any:
    return op_cls.__op_spec__.directive("directive", form)(Recorder(), *args, **kw)


def parameters(op_cls: type[Any], form: Form) -> dict[str, tuple[Any, Any]]:
    found = op_cls.__op_spec__.signature(form).parameters.values()
    return {p.name: (p.kind.name, None if p.default is Parameter.empty else p.default) for p in found}


def test_the_signature_on_op_has_every_field_that_is_not_of_the_batch() -> None:
    assert parameters(EveryRoleOp, "op") == {
        "name": ("POSITIONAL_OR_KEYWORD", None),
        "table_name": ("POSITIONAL_OR_KEYWORD", None),
        "items": ("VAR_POSITIONAL", None),
        "size": ("KEYWORD_ONLY", None),
        "plain": ("KEYWORD_ONLY", False),
        "schema": ("KEYWORD_ONLY", None),
        "comment": ("KEYWORD_ONLY", None),
        "kw": ("VAR_KEYWORD", None),
    }


def test_the_signature_in_a_batch_has_neither_table_nor_schema() -> None:
    assert list(parameters(EveryRoleOp, "batch")) == [
        "name",
        "items",
        "size",
        "plain",
        "before",
        "comment",
        "kw",
    ]


def test_the_directive_on_op_fills_every_field() -> None:
    op = call(EveryRoleOp, "op", "n", "t", 1, 2, size=3, plain=True, schema="s", comment="c", other="o")
    assert (op.name, op.table_name, op.items, op.modify_size, op.plain) == ("n", "t", [1, 2], 3, True)
    assert (op.schema, op.before, op.origin, op.comment) == ("s", None, None, "c")
    assert op.kw == {"comment": "c", "other": "o"}


def test_the_directive_in_a_batch_is_given_table_and_schema() -> None:
    op = call(EveryRoleOp, "batch", "n", 1, before="b")
    assert (op.table_name, op.schema, op.before, op.items) == ("the_table", "the_schema", "b", [1])


def test_defaults_are_what_was_declared() -> None:
    op = call(PlainOp, "op", "x")
    assert (op.first, op.second) == ("x", 5)
    assert vars(op) == {"first": "x", "second": 5}


@pytest.mark.parametrize("kw", [{"before": "b"}, {"origin": 1}, {"modify_size": 1}])
def test_what_a_form_does_not_offer_is_an_option_of_the_mapping(kw: dict[str, Any]) -> None:
    # Never silently the field: options are what the class does not know.
    op = call(EveryRoleOp, "op", "n", "t", **kw)
    assert (op.before, op.origin, op.modify_size) == (None, None, None)
    assert op.kw == kw


def test_the_constructor_takes_fields_by_their_own_names() -> None:
    op = EveryRoleOp("n", "t", (1, 2), modify_size=3, before="b", origin="o", kw={"x": 1})
    assert (op.items, op.modify_size, op.before, op.origin, op.kw) == ([1, 2], 3, "b", "o", {"x": 1})


def test_the_constructor_takes_options_flat_too_and_both_together() -> None:
    given = {"x": 1}
    op = EveryRoleOp("n", "t", [], kw=given, y=2, comment="c")  # type: ignore[call-arg]
    assert op.kw == {"x": 1, "y": 2, "comment": "c"}
    assert given == {"x": 1}


def test_each_operation_has_mappings_and_lists_of_its_own() -> None:
    one, other = call(EveryRoleOp, "op", "n", "t"), call(EveryRoleOp, "op", "n", "t")
    one.kw["x"] = 1
    one.items.append(1)
    assert (other.kw, other.items) == ({}, [])
    made, again = EveryRoleOp("n", "t", []), EveryRoleOp("n", "t", [])
    made.comment = "c"
    assert (made.kw, again.kw, again.comment) == ({"comment": "c"}, {}, None)


def test_a_kw_item_is_read_from_and_written_to_the_mapping() -> None:
    op = EveryRoleOp("n", "t", [])
    assert (op.comment, op.kw) == (None, {})
    op.comment = "c"
    assert op.kw == {"comment": "c"}
    op.kw = {"comment": "d"}
    assert op.comment == "d"


def test_operations_are_mutable_and_compared_by_identity() -> None:
    one, other = PlainOp("x"), PlainOp("x")
    assert one != other
    assert len({one, other}) == 2
    one.first = "y"
    assert one.first == "y"


def test_operations_are_copied_and_pickled() -> None:
    op = PlainOp("x", 7)
    for twin in (copy.copy(op), copy.deepcopy(op), pickle.loads(pickle.dumps(op))):
        assert twin is not op
        assert vars(twin) == {"first": "x", "second": 7}


def test_info_is_a_dictionary_of_each_operation() -> None:
    one, other = PlainOp("x"), PlainOp("x")
    one.info["seen"] = True
    assert (one.info, other.info) == ({"seen": True}, {})


def test_a_subclass_declares_further_fields_also_required_ones() -> None:
    @operation
    class MoreOp(PlainOp):
        _: KW_ONLY
        third: str

    op = call(MoreOp, "op", "x", third="z")
    assert (op.first, op.second, op.third) == ("x", 5, "z")
    assert list(parameters(MoreOp, "op")) == ["first", "second", "third"]
    assert list(parameters(PlainOp, "op")) == ["first", "second"]


def test_a_post_init_runs_from_both_constructor_and_directive() -> None:
    @operation
    class CheckedOp(MigrateOperation):
        name: str

        def __post_init__(self) -> None:
            self.name = self.name.upper()

    assert CheckedOp("a").name == "A"
    assert call(CheckedOp, "op", "a").name == "A"


def test_a_constructor_of_the_classs_own_is_used() -> None:
    @operation
    class OwnOp(MigrateOperation):
        name: str

        def __init__(self, name: str) -> None:
            self.name = f"own {name}"

    assert call(OwnOp, "op", "a").name == "own a"


def test_a_constructor_that_was_wrapped_later_is_used() -> None:
    @operation
    class WrappedOp(MigrateOperation):
        name: str

    generated = WrappedOp.__init__

    @functools.wraps(generated)
    def wrapped(self: Any, name: str) -> None:
        generated(self, f"wrapped {name}")

    setattr(WrappedOp, "__init__", wrapped)
    assert call(WrappedOp, "op", "a").name == "wrapped a"


def test_a_default_factory_is_a_default() -> None:
    @operation
    class FactoryOp(MigrateOperation):
        name: str
        columns: tuple[str, ...] = field(default_factory=lambda: ("id",))

    assert call(FactoryOp, "op", "a").columns == ("id",)
    assert FactoryOp("a").columns == ("id",)


def test_a_default_factory_is_called_for_each_operation() -> None:
    @operation
    class ListsOp(MigrateOperation):
        name: str
        tags: list[str] = field(default_factory=list)

    @operation
    class OwnOp(ListsOp):
        def __init__(self, name: str, tags: list[str]) -> None:
            self.name, self.tags = name, tags

    makers: list[Callable[[], Any]] = [
        lambda: ListsOp("a"),
        lambda: call(ListsOp, "op", "a"),
        lambda: call(ListsOp, "batch", "a"),
        lambda: call(OwnOp, "op", "a"),
    ]
    for make in makers:
        make().tags.append("mine")
        assert make().tags == []
    given = ["x"]
    assert ListsOp("a", given).tags is given
    spec = ListsOp.__op_spec__
    assert spec is not None
    assert [*spec.arguments(ListsOp("a"), "op")] == [(None, "a")]
    assert [*spec.arguments(ListsOp("a", given), "op")] == [(None, "a"), ("tags", given)]


def test_parameters_called_self_and_op_are_no_trouble() -> None:
    @operation
    class OddOp(MigrateOperation):
        self: str
        _op: int = 0

    op = OddOp.__op_spec__.directive("odd", "op")(Recorder(), "x", 3)  # type: ignore[union-attr]
    assert (vars(op)["self"], vars(op)["_op"]) == ("x", 3)


def test_the_directive_shows_the_signature_and_the_docstring_of_its_class() -> None:
    assert EveryRoleOp.__op_spec__ is not None
    function = EveryRoleOp.__op_spec__.directive("every", "op")
    assert inspect.getdoc(function) == "Have a field of each role."
    assert (function.__name__, function.__module__) == ("every", __name__)
    assert [*inspect.signature(function).parameters][:3] == ["self", "name", "table_name"]


@pytest.mark.parametrize("role", [table, schema, spread], ids=lambda role: role.__name__)
def test_a_role_that_can_be_had_once_is_had_once(role: Any) -> None:
    namespace = {"__annotations__": {"one": "Any", "two": "Any"}, "one": role(), "two": role()}
    with pytest.raises(BadDeclaration) as caught:
        operation(type("TwiceOp", (MigrateOperation,), namespace))
    assert (caught.value.code, caught.value.class_name) == ("MO303", "TwiceOp")


def test_two_mappings_of_options_are_refused() -> None:
    with pytest.raises(BadDeclaration):

        @operation
        class TwoMappingsOp(MigrateOperation):
            one: Mapping[str, Any] = options(default_factory=dict)
            two: Mapping[str, Any] = options(default_factory=dict)


def test_a_kw_item_without_options_is_refused() -> None:
    with pytest.raises(BadDeclaration) as caught:

        @operation
        class LostOp(MigrateOperation):
            comment: str | None = kw_item(default=None)

    assert caught.value.class_name == "LostOp"


@pytest.mark.parametrize("name", ["table_name", "a name", "from"])
def test_a_parameter_that_no_function_can_have_is_refused(name: str) -> None:
    class BadNameOp(MigrateOperation):
        table_name: str = table()
        other: str = param(name)

    with pytest.raises(BadDeclaration) as caught:
        operation(BadNameOp)
    assert repr(name) in caught.value.message()


def test_the_arguments_of_a_call_are_the_shortest_that_rebuild_it() -> None:
    op = EveryRoleOp("n", "t", [1, 2], modify_size=3, before="b", origin="o", kw={"x": 1, "comment": "c"})
    spec = EveryRoleOp.__op_spec__
    assert spec is not None
    assert [*spec.arguments(op, "op")] == [
        (None, "n"),
        (None, "t"),
        (None, 1),
        (None, 2),
        ("size", 3),
        ("comment", "c"),
        ("x", 1),
    ]
    assert [*spec.arguments(op, "batch")] == [
        (None, "n"),
        (None, 1),
        (None, 2),
        ("size", 3),
        ("before", "b"),
        ("comment", "c"),
        ("x", 1),
    ]


def test_describe_names_the_required_values() -> None:
    op = EveryRoleOp("n", "t", [])
    assert op.describe() == op.summary() == "EveryRoleOp 'n' 't'"
    assert op.footprint() is None
    assert "origin" not in repr(op)


@pytest.mark.parametrize(
    ("op", "said"),
    [
        (ops.CreateTableOp("t", [], schema="s"), "create_table 's.t'"),
        (ops.RenameTableOp("t", "u", schema="s"), "rename_table 's.t' 'u'"),
        (ops.AddColumnOp("t", sa.Column("a", sa.Integer), schema="s"), "add_column 's.t' 'a'"),
        (ops.CreateIndexOp("ix", "t", ["a"], schema="s"), "create_index 'ix' 's.t'"),
        (ops.DropIndexOp("ix", schema="s"), "drop_index 's.ix'"),
        (
            ops.CreateForeignKeyOp("fk", "t", "u", ["a"], ["b"], source_schema="s"),
            "create_foreign_key 'fk' 's.t' 'u'",
        ),
    ],
)
def test_describe_names_the_schema(op: MigrateOperation, said: str) -> None:
    assert op.describe() == said


def test_the_summary_of_a_dropped_index_names_its_table() -> None:
    assert ops.DropIndexOp("ix", "t", schema="s").summary() == "drop_index 'ix' 's.t'"
    assert ops.DropIndexOp("ix").summary() == "drop_index 'ix'"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"modify_type": sa.Text(), "existing_nullable": True}, "type"),
        ({"modify_nullable": False, "modify_server_default": None}, "not null, default"),
        ({"modify_nullable": True, "modify_comment": None}, "nullable, comment"),
        ({"modify_name": "b"}, "renamed to 'b'"),
        ({"kw": {"autoincrement": True, "existing_autoincrement": False}}, "autoincrement"),
    ],
)
def test_the_summary_of_a_changed_column_says_what_changes(changed: dict[str, Any], said: str) -> None:
    op = ops.AlterColumnOp("t", "a", schema="s", **changed)
    assert op.describe() == "alter_column 's.t' 'a'"
    assert op.summary() == f"alter_column 's.t' 'a': {said}"


def test_built_in_operations_are_all_declared() -> None:
    from migrateops.operations.registry import process

    built_in = [
        directive.op_cls
        for by_maker in process.directives.values()
        for maker, directive in by_maker.items()
        if maker.module.startswith("migrateops.operations.")
    ]
    assert {cls.__name__ for cls in built_in} >= {"CreateTableOp", "AlterColumnOp", "BulkInsertOp"}
    assert all(cls.__op_spec__ is not None and cls.__op_spec__.op_cls is cls for cls in built_in)
    assert "create_table" in dir(Operations)
