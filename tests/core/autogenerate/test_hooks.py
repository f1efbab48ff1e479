"""What plugins add to a comparison: kinds of objects, comparisons, rewriting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, compare, produce_script, rewrite
from migrateops.errors.autogenerate import KindExists, WrongHookAnswer
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.operations.declare import operation
from migrateops.plugins import hookimpl
from migrateops.snapshot import Key, Kind
from tests.core.autogenerate.conftest import Configure


@dataclass(frozen=True)
class ThingRecord:
    schema: str | None
    name: str
    body: str
    needs: tuple[Key, ...] = ()


@Operations.register_operation("create_gadget")
@operation
class CreateThingOp(MigrateOperation):
    name: str
    body: str

    def reverse(self) -> DropThingOp:
        return DropThingOp(self.name, self.body)


@Operations.register_operation("drop_gadget")
@operation
class DropThingOp(MigrateOperation):
    name: str
    body: str = ""

    def reverse(self) -> CreateThingOp:
        return CreateThingOp(self.name, self.body)


@Operations.register_operation("change_thing")
@operation
class ChangeThingOp(MigrateOperation):
    name: str
    body: str


class Things(Kind[ThingRecord]):
    """Objects that exist on paper: in a dictionary on either side."""

    name: ClassVar[str] = "thing"
    record: ClassVar[type[Any]] = ThingRecord
    not_compared: ClassVar[Sequence[str]] = ("the souls of things",)

    def __init__(self, database: Iterable[ThingRecord] = (), models: Iterable[ThingRecord] = ()) -> None:
        self.database, self.models = list(database), list(models)

    def identity(self, record: ThingRecord) -> tuple[str | None, str]:
        return record.schema, record.name

    def depends_on(self, record: ThingRecord) -> Iterable[Key]:
        return record.needs

    def read(self, connection: sa.Connection, schemas: Sequence[str | None]) -> Iterator[ThingRecord]:
        return (record for record in self.database if record.schema in schemas)

    def from_metadata(self, metadata: sa.MetaData, dialect: Any) -> list[ThingRecord]:
        return self.models

    def canonical(self, record: ThingRecord) -> ThingRecord:
        return ThingRecord(record.schema, record.name, record.body.strip(), record.needs)

    def diff(self, old: ThingRecord | None, new: ThingRecord | None) -> list[MigrateOperation]:
        if old is None:
            assert new is not None
            return [CreateThingOp(new.name, new.body)]
        if new is None:
            return [DropThingOp(old.name, old.body)]
        return [ChangeThingOp(new.name, new.body)]


@dataclass
class Plugin:
    """A plugin with one kind."""

    kinds: list[Kind[Any]] = field(default_factory=list)

    @hookimpl
    def migrateops_kinds(self, ctx: Any) -> list[Kind[Any]]:
        assert ctx.connection is not None
        return self.kinds


def thing(name: str, body: str = "x", *needs: str, schema: str | None = None) -> ThingRecord:
    keys = (Key("thing" if need.startswith("thing") else "table", None, need) for need in needs)
    return ThingRecord(schema, name, body, tuple(keys))


def tables(*names: str) -> sa.MetaData:
    metadata = sa.MetaData()
    for name in names:
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def lines(given: Iterable[MigrateOperation]) -> list[str]:
    return [op.describe() for op in given]


def test_a_kind_is_compared(configure: Configure) -> None:
    kind = Things(
        [thing("same", "x"), thing("spaced", " x "), thing("gone"), thing("other", "old")],
        [thing("same", "x"), thing("spaced", "x"), thing("new"), thing("other", "new")],
    )
    context = AutogenContext(configure(sa.MetaData(), Plugin([kind])))
    assert lines(compare(context).ops) == [
        "create_gadget 'new' 'x'",
        "change_thing 'other' 'new'",
        "drop_gadget 'gone'",
    ]
    assert "the souls of things" in context.coverage
    assert context.coverage[-1] == "objects of other kinds than: table, thing"


def test_objects_come_after_what_they_need(connection: sa.Connection, configure: Configure) -> None:
    """As sequences, before the tables that may need them; as views, after the tables that they need."""
    new = Things((), [thing("thing_z"), thing("thing_a", "x", "t"), thing("thing_0", "x", "thing_a")])
    made = compare(AutogenContext(configure(tables("t"), Plugin([new])))).ops
    assert lines(made) == [
        "create_gadget 'thing_z' 'x'",
        "create_table 't'",
        "create_gadget 'thing_a' 'x'",
        "create_gadget 'thing_0' 'x'",
    ]
    tables("t").create_all(connection)
    gone = Things(new.models, ())
    dropped = compare(AutogenContext(configure(sa.MetaData(), Plugin([gone])))).ops
    assert lines(dropped) == [
        "drop_gadget 'thing_0'",
        "drop_gadget 'thing_a'",
        "drop_table 't'",
        "drop_gadget 'thing_z'",
    ]


def test_a_table_comes_after_the_sequence_that_it_says_it_needs(
    connection: sa.Connection, configure: Configure
) -> None:
    class Sequences(Things):
        name: ClassVar[str] = "sequence"

    metadata = tables("a")
    sa.Table("b", metadata, sa.Column("id", sa.Integer, sa.Sequence("s"), primary_key=True))
    has_sequences = connection.dialect.supports_sequences
    value = sa.Sequence("s2").next_value() if has_sequences else sa.text("1")
    sa.Table("c", metadata, sa.Column("id", sa.Integer, server_default=value, primary_key=True))
    # Each needs a table, so that nothing but the needs of b and c puts it before them.
    needs = (Key("table", None, "a"),)
    kind = Sequences((), [ThingRecord(None, "s", "", needs), ThingRecord(None, "s2", "", needs)])
    made = compare(AutogenContext(configure(metadata, Plugin([kind])))).ops
    order = [op.describe().split("'")[1] for op in made]
    assert order.index("a") < order.index("s") < order.index("b")
    if has_sequences:
        assert order.index("a") < order.index("s2") < order.index("c")


def test_filters_ask_about_other_kinds(configure: Configure) -> None:
    kind = Things([thing("gone"), thing("kept")], [thing("new"), thing("left")])
    asked: list[Any] = []

    def include_name(name: str | None, type_: str, parents: Mapping[str, Any]) -> bool:
        return name != "kept"

    def include_object(object_: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        asked.append((object_, name, type_, reflected, compare_to))
        return name != "left"

    context = configure(
        sa.MetaData(), Plugin([kind]), include_name=include_name, include_object=include_object
    )
    assert lines(compare(AutogenContext(context)).ops) == ["create_gadget 'new' 'x'", "drop_gadget 'gone'"]
    assert (thing("gone"), "gone", "thing", True, None) in asked
    assert (thing("left"), "left", "thing", False, None) in asked


def test_what_is_in_other_schemas_is_not_dropped(configure: Configure) -> None:
    kind = Things([thing("gone", schema="elsewhere")])
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer), schema="elsewhere")
    made = compare(AutogenContext(configure(metadata, Plugin([kind])))).ops
    assert lines(made) == ["create_table 'elsewhere.t'"]


def test_two_kinds_of_one_name_are_refused(configure: Configure) -> None:
    with pytest.raises(KindExists) as caught:
        compare(AutogenContext(configure(sa.MetaData(), Plugin([Things(), Things()]))))
    assert caught.value.kind == "thing"


# -- comparisons ----------------------------------------------------------------------------------
class Comparing:
    """A plugin that compares, and notes what it is asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[Any, ...]] = []

    @hookimpl
    def migrateops_compare_schema(self, kind: Any, pairs: Sequence[Any]) -> Any:
        self.asked.append(("schema", kind.name, [(new is None, old is None) for new, old in pairs]))
        return self.answers.get(kind.name)

    @hookimpl
    def migrateops_compare_table(self, model: Any, database: Any) -> Any:
        self.asked.append(("table", type(model), model.name, database.name))
        return self.answers.get(model.name)

    @hookimpl
    def migrateops_compare_columns(self, table: Any, pairs: Sequence[Any]) -> Any:
        self.asked.append(("columns", table.name, [(new.name, old.name) for new, old in pairs]))
        return self.answers.get(f"{table.name}_columns")


def test_hooks_that_compare(connection: sa.Connection, configure: Configure) -> None:
    tables("a", "b", "gone").create_all(connection)
    metadata = tables("a", "b", "new")
    metadata.tables["a"].append_column(sa.Column("more", sa.Integer))
    plugin = Comparing(
        table=[ops.ExecuteSQLOp("of the schema")],
        a=[ops.ExecuteSQLOp("of a")],
        b_columns={"id": ops.ExecuteSQLOp("of b.id"), "other": [ops.ExecuteSQLOp("nobody")]},
    )
    made = compare(AutogenContext(configure(metadata, plugin))).ops
    shown = [(type(op).__name__, [inner.describe() for inner in getattr(op, "ops", ())]) for op in made]
    assert shown == [
        ("CreateTableOp", []),
        ("ModifyTableOps", ["add_column 'a' 'more'", "execute 'of a'"]),
        ("ExecuteSQLOp", []),
        ("ModifyTableOps", ["execute 'of b.id'"]),
        ("DropTableOp", []),
    ]
    assert plugin.asked == [
        ("schema", "table", [(False, False), (False, False), (True, False), (False, True)]),
        ("table", sa.Table, "a", "a"),
        ("columns", "a", [("id", "id")]),
        ("table", sa.Table, "b", "b"),
        ("columns", "b", [("id", "id")]),
    ]


@pytest.mark.parametrize(
    ("answers", "hook"),
    [
        ({"table": "a string"}, "migrateops_compare_schema"),
        ({"a": [1]}, "migrateops_compare_table"),
        ({"a_columns": [ops.ExecuteSQLOp("x")]}, "migrateops_compare_columns"),
        ({"a_columns": {"id": 5}}, "migrateops_compare_columns"),
    ],
)
def test_an_answer_that_is_no_operation_is_refused(
    connection: sa.Connection, configure: Configure, answers: dict[str, Any], hook: str
) -> None:
    tables("a").create_all(connection)
    with pytest.raises(WrongHookAnswer) as caught:
        compare(AutogenContext(configure(tables("a"), Comparing(**answers))))
    assert caught.value.hook == hook


# -- rewriting ------------------------------------------------------------------------------------
def test_plugins_rewrite_before_the_project(configure: Configure) -> None:
    class Rewriting:
        @hookimpl
        def migrateops_rewrite_operations(self, script: Any) -> None:
            script.upgrade_ops.ops.append(ops.ExecuteSQLOp("plugin"))

    def process(context: Any, revision: Any, directives: list[Any]) -> None:
        assert revision == ("abc",)
        directives[0].upgrade_ops.ops.append(ops.ExecuteSQLOp("project"))
        directives.append(directives[0])

    migration_context = configure(tables("t"), Rewriting(), process_revision_directives=process)
    context = AutogenContext(migration_context)
    directives = [produce_script(context)]
    rewrite(context, ("abc",), directives)
    assert len(directives) == 2
    assert directives[0].upgrade_ops is not None
    assert lines(directives[0].upgrade_ops.ops) == [
        "create_table 't'",
        "execute 'plugin'",
        "execute 'project'",
    ]
