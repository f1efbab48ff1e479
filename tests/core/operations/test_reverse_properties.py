"""Whatever an operation holds: taken back twice it renders the same, or it says why it cannot be taken back.

Operations are made from their declarations, so that one that is added to the registry is tried as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from inspect import Parameter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from migrateops.errors.operations import NotReversible
from migrateops.operations import MigrateOperation, ops
from migrateops.operations.declare import Made, OpField, Role
from migrateops.operations.registry import process
from migrateops_sequences.ops import CreateSequenceOp, DropSequenceOp
from tests.core.operations.examples import render

names = st.sampled_from(["a", "b", "Order", "it's", "x y", "s.t", "100%", "select"])
flags = st.sampled_from([None, True, False])
types: st.SearchStrategy[Any] = st.sampled_from(
    [sa.Integer(), sa.String(5), sa.Enum("x", "y", name="mood"), sa.DateTime(True)]
)
defaults: st.SearchStrategy[Any] = st.sampled_from(
    [False, None, "5", sa.text("now()"), sa.Identity(start=3), sa.Computed("a + 1"), sa.func.now()]
)
actions = st.sampled_from([None, "CASCADE", "SET NULL"])


@st.composite
def columns(draw: st.DrawFn, name: str | None = None) -> sa.Column[Any]:
    default = draw(defaults)
    items: list[Any] = [default] if isinstance(default, sa.Identity | sa.Computed) else []
    if draw(st.booleans()):
        items.append(sa.ForeignKey("u.id", name="fk", ondelete=draw(actions)))
    return sa.Column(
        name or draw(names),
        draw(types),
        *items,
        nullable=draw(st.booleans()),
        unique=draw(st.booleans()),
        index=draw(st.booleans()),
        comment=draw(st.none() | names),
        server_default=None if items or default is False else default,
    )


@st.composite
def items_of_tables(draw: st.DrawFn) -> list[Any]:
    made: list[Any] = [draw(columns(name)) for name in ("a", "b")]
    if draw(st.booleans()):
        made.append(sa.CheckConstraint("a <> b", name=draw(st.none() | names)))
    if draw(st.booleans()):
        made.append(sa.UniqueConstraint("a", "b", deferrable=draw(flags)))
    return made


options = st.fixed_dictionaries(
    {},
    optional={"acme_where": st.sampled_from(["a > 1", sa.text("b")]), "acme_quick": st.booleans()},
)
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "columns": st.lists(names, min_size=1, max_size=3, unique=True),
    "local_cols": st.lists(names, min_size=1, max_size=2, unique=True),
    "remote_cols": st.lists(names, min_size=1, max_size=2, unique=True),
    "prefixes": st.sampled_from([None, ["TEMPORARY"]]),
    "condition": st.sampled_from(["a > 0", sa.text("b IS NULL"), sa.column("a") > 5]),
    "constraint_type": st.sampled_from([None, "foreignkey", "primary", "unique", "check"]),
    "modify_server_default": defaults,
    "existing_server_default": defaults,
    "modify_comment": st.just(False) | st.none() | names,
    "ondelete": actions,
    "onupdate": actions,
    "initially": st.sampled_from([None, "DEFERRED", "IMMEDIATE"]),
    "match": st.sampled_from([None, "FULL"]),
    "column": columns(),
    "sqltext": st.just("SELECT 1"),
    "parameters": st.none(),
    "execution_options": st.none(),
    "table": st.just(sa.table("t")),
    "rows": st.just([{}]),
    "elements": st.lists(
        st.tuples(names | st.sampled_from([sa.text("(a + 1)"), sa.func.lower(sa.column("b"))]), st.just("=")),
        min_size=1,
        max_size=2,
    ),
    "where": st.sampled_from([None, "a > 0", sa.text("b IS NULL")]),
    "using": st.sampled_from(["gist", "btree"]),
    "ops": st.sampled_from([None, {"a": "range_ops"}]),
    "owned_by": st.sampled_from([None, "t.c"]),
    "insert_before": st.none(),
    "insert_after": st.none(),
}
BY_ANNOTATION: dict[str, st.SearchStrategy[Any]] = {
    "str": names,
    "str | None": st.none() | names,
    "int | None": st.none() | st.integers(1, 9),
    "IntegerType | None": st.none() | st.just(sa.BigInteger()),
    "bool": st.booleans(),
    "bool | None": flags,
    "TypeEngine[Any] | type[TypeEngine[Any]] | None": st.none() | types,
}
ALTER_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "autoincrement": flags,
        "existing_autoincrement": flags,
        "modify_acme_speed": names,
        "existing_acme_speed": names,
        "acme_using": st.just("a::integer"),
    },
)


def value_of(op_cls: type[MigrateOperation], item: OpField) -> st.SearchStrategy[Any]:
    """Return what makes values of a field; a field that nothing is known of keeps its default."""
    if item.role is Role.OPTIONS:
        return ALTER_OPTIONS if op_cls is ops.AlterColumnOp else options
    if item.role is Role.SPREAD and op_cls is ops.CreateTableOp:
        return items_of_tables()
    found = BY_NAME.get(item.name, BY_ANNOTATION.get(str(item.annotation)))
    if found is not None:
        return found
    assert item.default is not Parameter.empty, f"{op_cls.__name__}.{item.name} needs a strategy"
    return st.just(item.default.make() if isinstance(item.default, Made) else item.default)


@st.composite
def operations_of(draw: st.DrawFn, op_cls: type[MigrateOperation]) -> MigrateOperation:
    spec = op_cls.__op_spec__
    assert spec is not None
    shown = [item for item in spec.fields if item.role is not Role.HIDDEN]
    in_options = {item.name for item in shown if item.role is Role.KW_ITEM}
    given_options: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for item in shown:
        value = draw(value_of(op_cls, item))
        if item.name in in_options:
            if value is not None:
                given_options[item.name] = value
        else:
            values[item.name] = value
    if spec.options:
        values[spec.options] = {**values[spec.options], **given_options}
    return op_cls(**values)


def registered() -> Iterable[type[MigrateOperation]]:
    """Return the built-in operations, and those of the plugins and packs that are installed."""
    found = {
        directive.op_cls
        for by_maker in process.directives.values()
        for maker, directive in by_maker.items()
        if maker.module.startswith("migrateops.operations.")
    }
    found |= {entry.load() for entry in entry_points(group="migrateops.operations")}
    return sorted(found, key=lambda op_cls: op_cls.__name__)


def there_and_back(op: MigrateOperation) -> MigrateOperation | None:
    """Return *op* taken back twice, or None where it says that it cannot be."""
    try:
        return op.reverse().reverse()
    except NotReversible as error:
        refused = error
    assert (refused.code, refused.operation) == ("MO308", op.describe())
    return None


@pytest.mark.parametrize("op_cls", registered(), ids=lambda op_cls: op_cls.__name__)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_taken_back_twice_it_renders_the_same(op_cls: type[MigrateOperation], data: st.DataObject) -> None:
    op = data.draw(operations_of(op_cls))
    again = there_and_back(op)
    if again is None:
        return
    assert type(again) is op_cls
    assert render(again) == render(op)
    # And so does what takes it back.
    opposite = op.reverse()
    assert render(opposite.reverse().reverse()) == render(opposite)


@pytest.mark.parametrize("op_cls", registered(), ids=lambda op_cls: op_cls.__name__)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_drop_with_options_of_its_own_too(op_cls: type[MigrateOperation], data: st.DataObject) -> None:
    """What was dropped is known, and how it is dropped is said anew."""
    op = data.draw(operations_of(op_cls))
    spec = op_cls.__op_spec__
    assert spec is not None
    if "origin" not in {item.name for item in spec.fields}:
        return
    origins: dict[type[MigrateOperation], list[type[MigrateOperation]]] = {
        ops.DropTableOp: [ops.CreateTableOp],
        ops.DropColumnOp: [ops.AddColumnOp],
        ops.DropIndexOp: [ops.CreateIndexOp],
        ops.DropConstraintOp: [op_cls for op_cls in registered() if issubclass(op_cls, ops.AddConstraintOp)],
        DropSequenceOp: [CreateSequenceOp],
    }
    op.origin = data.draw(operations_of(data.draw(st.sampled_from(origins[op_cls]))))  # type: ignore[attr-defined]
    again = there_and_back(op)
    assert again is not None
    assert render(again) == render(op)


@settings(deadline=None, max_examples=100)
@given(op=operations_of(ops.AlterColumnOp))
def test_an_altered_column_goes_back_to_what_it_was(op: ops.AlterColumnOp) -> None:
    """The opposite makes of each new value the present one, the name among them."""
    try:
        back = op.reverse()
    except NotReversible:
        return
    assert back.column_name == (op.modify_name or op.column_name)
    assert back.modify_name == (op.column_name if op.modify_name else None)
    if op.modify_nullable is not None:
        assert (back.modify_nullable, back.existing_nullable) == (op.existing_nullable, op.modify_nullable)
    if op.modify_type is not None:
        assert (back.modify_type, back.existing_type) == (op.existing_type, op.modify_type)
    assert not any(option.endswith("_using") for option in back.kw) or op.modify_type is None
