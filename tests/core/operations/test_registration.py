"""Registering operations and their implementations: the rules, the layers, and which implementation runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops import current, op
from migrateops.dialects import Dialect
from migrateops.errors.operations import (
    ImplementationExists,
    NoImplementation,
    NoNextImplementation,
    NotDeclared,
    ReservedName,
    UsageError,
)
from migrateops.errors.plugins import UnknownOperation
from migrateops.operations import BatchOperations, MigrateOperation, Operations, operation, ops, options
from migrateops.operations.registry import REGISTRATIONS, Layer, Namespace, Registrations
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.runtime.migration import MigrationContext


@Operations.register_operation("test_note")
@operation
class NoteOp(MigrateOperation):
    """Leave a table behind."""

    text: str
    size: int = 1


def create(operations: Any, name: str) -> None:
    operations.execute(f"CREATE TABLE {name} (id INTEGER)")


def names(operations: Any) -> set[str]:
    return {*sa.inspect(operations.get_bind()).get_table_names()}


@pytest.fixture(autouse=True)
def registered() -> None:
    Operations.register_operation("test_note")(NoteOp)


# -- directives -------------------------------------------------------------------------------------


def test_a_declared_operation_needs_no_directive(operations: Any) -> None:
    Operations.implementation_for(NoteOp)(lambda op, note: (note.text, note.size))
    assert operations.test_note("a") == ("a", 1)
    assert operations.test_note(text="a", size=2) == ("a", 2)


def test_a_classmethod_is_the_directive(operations: Any) -> None:
    @Operations.register_operation("test_class")
    class ClassOp(MigrateOperation):
        def __init__(self, text: str) -> None:
            self.text = text

        @classmethod
        def test_class(cls, operations: Any, text: str, *, times: int = 1) -> Any:
            """Repeat."""
            return operations.invoke(cls(text * times))

    Operations.implementation_for(ClassOp)(lambda op, one: one.text)
    assert operations.test_class("ab", times=2) == "abab"
    assert Operations.test_class.__doc__ == "Repeat."


def test_sourcename_is_the_classmethods_name(operations: Any) -> None:
    @Operations.register_operation("test_source")
    @Operations.register_operation("test_source_twice", "make_twice")
    class SourceOp(MigrateOperation):
        def __init__(self, text: str) -> None:
            self.text = text

        @classmethod
        def test_source(cls, operations: Any, text: str) -> Any:
            return operations.invoke(cls(text))

        @classmethod
        def make_twice(cls, operations: Any, text: str) -> Any:
            return operations.invoke(cls(text * 2))

    Operations.implementation_for(SourceOp)(lambda op, one: one.text)
    assert (operations.test_source("a"), operations.test_source_twice("a")) == ("a", "aa")


def test_a_classmethod_wins_over_the_fields(operations: Any) -> None:
    @Operations.register_operation("test_both")
    @operation
    class BothOp(MigrateOperation):
        text: str

        @classmethod
        def test_both(cls, operations: Any, number: int) -> Any:
            return operations.invoke(cls(f"number {number}"))

    Operations.implementation_for(BothOp)(lambda op, one: one.text)
    assert operations.test_both(3) == "number 3"


def test_a_class_without_directive_or_declaration_is_refused() -> None:
    with pytest.raises(NotDeclared) as caught:

        @Operations.register_operation("test_bare")
        class BareOp(MigrateOperation):
            pass

    assert (caught.value.class_name, caught.value.name, caught.value.inherits) == (
        "BareOp",
        "test_bare",
        False,
    )


def test_a_class_that_only_inherits_a_declaration_is_refused() -> None:
    # Its directive would build the parent.
    with pytest.raises(NotDeclared) as caught:

        @Operations.register_operation("test_child")
        class ChildOp(NoteOp):
            more: str = ""

    assert (caught.value.class_name, caught.value.inherits) == ("ChildOp", True)


def test_a_sourcename_that_the_class_does_not_have_is_refused() -> None:
    with pytest.raises(NotDeclared) as caught:
        Operations.register_operation("test_missing", "not_there")(NoteOp)
    assert caught.value.name == "not_there"


@pytest.mark.parametrize(
    "name", ["invoke", "get_bind", "batch_alter_table", "register_operation", "_private"]
)
def test_a_member_of_operations_is_no_name_for_an_operation(name: str) -> None:
    with pytest.raises(ReservedName) as caught:
        Operations.register_operation(name)(NoteOp)
    assert (caught.value.code, caught.value.name) == ("MO304", name)


def test_an_operation_of_a_batch_is_no_operation_of_op(operations: Any) -> None:
    @BatchOperations.register_operation("test_in_batch")
    @operation
    class InBatchOp(MigrateOperation):
        text: str

    Operations.implementation_for(InBatchOp)(lambda op, one: create(op, one.text))
    operations.execute("CREATE TABLE t (id INTEGER)")
    with operations.batch_alter_table("t") as batch:
        batch.test_in_batch("from_batch")
        assert "from_batch" not in names(operations)
    assert "from_batch" in names(operations)
    assert not hasattr(operations, "test_in_batch")


def test_the_class_operations_is_never_changed() -> None:
    assert "test_note" not in vars(Operations)
    assert callable(Operations.test_note)
    assert not hasattr(BatchOperations, "test_note")


# -- usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kw"), [((), {}), (("a", 1, 2), {}), (("a",), {"unknown": 1}), (("a",), {"text": "b"})]
)
def test_arguments_that_do_not_fit_are_a_usage_error(
    operations: Any, args: tuple[Any, ...], kw: dict[str, Any]
) -> None:
    from migrateops import op

    Operations.implementation_for(NoteOp)(lambda op, note: None)
    with Operations.context(operations.migration_context), pytest.raises(UsageError) as caught:
        op.test_note(*args, **kw)
    assert (caught.value.code, caught.value.call) == ("MO301", "op.test_note")
    assert caught.value.usage == "op.test_note(text: str, size: int = 1) -> None"


def test_a_type_error_inside_the_implementation_is_its_own(operations: Any) -> None:
    from migrateops import op

    @Operations.implementation_for(NoteOp)
    def fails(operations: Any, note: Any) -> None:
        raise TypeError("from inside")

    with Operations.context(operations.migration_context), pytest.raises(TypeError) as caught:
        op.test_note("a")
    assert (type(caught.value), caught.value.args) == (TypeError, ("from inside",))


def test_the_receiver_in_a_batch_is_batch_op(operations: Any) -> None:
    operations.execute("CREATE TABLE t (id INTEGER)")
    with operations.batch_alter_table("t") as batch, pytest.raises(UsageError) as caught:
        batch.drop_column()
    assert caught.value.call == "batch_op.drop_column"
    with pytest.raises(UsageError) as caught:
        operations.drop_column("t")
    assert (caught.value.call, [*inspect.signature(operations.drop_column).parameters][:2]) == (
        "op.drop_column",
        ["table_name", "column_name"],
    )


def test_a_wrong_name_is_told_with_the_likely_one(operations: Any) -> None:
    with pytest.raises(UnknownOperation) as caught:
        operations.creat_table("t")
    assert (caught.value.operation, caught.value.suggestion) == ("creat_table", "create_table")
    assert isinstance(caught.value, AttributeError)


# -- implementations --------------------------------------------------------------------------------


def test_without_an_implementation_it_is_a_coded_error(operations: Any) -> None:
    Operations.implementation_for(NoteOp, dialect="elsewhere")(lambda op, note: None)
    with pytest.raises(NoImplementation) as caught:
        operations.test_note("a")
    assert (caught.value.operation, caught.value.dialect) == ("NoteOp", "sqlite")
    assert caught.value.available == ("elsewhere",)


def test_a_second_implementation_needs_replace() -> None:
    def one(op: Any, note: Any) -> None: ...

    def other(op: Any, note: Any) -> None: ...

    Operations.implementation_for(NoteOp)(one)
    Operations.implementation_for(NoteOp)(one)
    with pytest.raises(ImplementationExists) as caught:
        Operations.implementation_for(NoteOp)(other)
    assert (caught.value.class_name, caught.value.dialect) == ("NoteOp", "default")
    Operations.implementation_for(NoteOp, dialect="sqlite")(other)
    Operations.implementation_for(NoteOp, replace=True)(other)


def test_the_replaced_one_is_called_by_next(operations: Any) -> None:
    @Operations.implementation_for(NoteOp)
    def first(operations: Any, note: Any) -> list[str]:
        return ["first"]

    @Operations.implementation_for(NoteOp, replace=True)
    def second(operations: Any, note: Any) -> list[str]:
        return ["second", *operations.next(note)]

    @Operations.implementation_for(NoteOp, dialect="sqlite")
    def nearest(operations: Any, note: Any) -> list[str]:
        return ["sqlite", *operations.next(note)]

    assert operations.test_note("a") == ["sqlite", "second", "first"]


def test_one_that_is_only_for_options_is_passed_over_without_them(operations: Any) -> None:
    @operation
    class OptionsOp(MigrateOperation):
        """Take options."""

        kw: Mapping[str, Any] = options(default_factory=dict)

    @Operations.implementation_for(OptionsOp)
    def first(operations: Any, op: Any) -> list[str]:
        return ["first"]

    @Operations.implementation_for(OptionsOp, replace=True, only_with_options=True)
    def second(operations: Any, op: Any) -> list[str]:
        return ["options", *operations.next(op)]

    assert operations.invoke(OptionsOp()) == ["first"]
    assert operations.invoke(OptionsOp(kw={"sqlite_x": 1})) == ["options", "first"]

    @Operations.implementation_for(OptionsOp, replace=True)
    def third(operations: Any, op: Any) -> list[str]:
        return ["third", *operations.next(op)]

    assert operations.invoke(OptionsOp()) == ["third", "first"]
    assert operations.invoke(OptionsOp(kw={"sqlite_x": 1})) == ["third", "options", "first"]


def test_one_that_is_only_for_options_may_be_the_only_one(operations: Any) -> None:
    @Operations.implementation_for(NoteOp, only_with_options=True)
    def only(operations: Any, note: Any) -> str:
        return "only"

    assert operations.test_note("a") == "only"


def test_a_function_is_only_for_options_of_the_operation_that_it_was_said_for(operations: Any) -> None:
    @operation
    class OptionsOp(MigrateOperation):
        """Take options."""

        kw: Mapping[str, Any] = options(default_factory=dict)

    @operation
    class OtherOp(OptionsOp):
        """Take options, too."""

    @Operations.implementation_for(OptionsOp)
    def first(operations: Any, op: Any) -> str:
        return "first"

    @Operations.implementation_for(OtherOp)
    @Operations.implementation_for(OptionsOp, replace=True, only_with_options=True)
    def second(operations: Any, op: Any) -> str:
        return "second"

    assert operations.invoke(OptionsOp()) == "first"
    assert operations.invoke(OtherOp()) == "second"


def test_a_method_of_an_object_is_an_implementation(operations: Any) -> None:
    class Notes:
        def take(self, operations: Any, note: Any) -> str:
            return f"taken {note.text}"

    Operations.implementation_for(NoteOp)(Notes().take)
    assert operations.test_note("a") == "taken a"


def test_directives_go_through_the_invoke_of_a_subclass(connection: sa.Connection) -> None:
    class Noting(Operations):
        def invoke(self, operation: MigrateOperation) -> Any:
            return type(operation).__name__

    operations = Noting(MigrationContext.configure(connection))
    assert operations.execute("SELECT 1") == "ExecuteSQLOp"  # type: ignore[func-returns-value]
    with current.entered(operations=operations):
        assert op.drop_table("t") == "DropTableOp"


def test_next_with_nothing_further_is_a_coded_error(operations: Any) -> None:
    @Operations.implementation_for(NoteOp)
    def only(operations: Any, note: Any) -> Any:
        return operations.next(note)

    with pytest.raises(NoNextImplementation) as caught:
        operations.test_note("a")
    assert caught.value.operation == "NoteOp"
    with pytest.raises(NoNextImplementation):
        operations.next(NoteOp("never invoked"))


def test_a_built_in_operation_is_wrapped(operations: Any, connection: sa.Connection) -> None:
    seen = []

    @Operations.implementation_for(ops.CreateTableOp, replace=True)
    def create_table(operations: Any, op: Any) -> Any:
        seen.append(op.table_name)
        return operations.next(op)

    made = operations.create_table("t", sa.Column("id", sa.Integer))
    assert (seen, made.name, names(operations)) == (["t"], "t", {"t"})


def test_dialect_then_family_then_default_and_the_class_before_its_base(
    monkeypatch: pytest.MonkeyPatch, connection: sa.Connection
) -> None:
    from migrateops.dialects.sqlite.dialect import SQLiteDialect

    monkeypatch.setattr(SQLiteDialect, "family", "acme_family")

    @operation
    class ChildOp(NoteOp):
        pass

    said: list[str] = []

    def saying(what: str) -> Any:
        def implementation(operations: Any, op: Any) -> None:
            said.append(what)
            if what != "base default":
                operations.next(op)

        implementation.__qualname__ = what
        return implementation

    for cls, name in ((NoteOp, "base"), (ChildOp, "child")):
        Operations.implementation_for(cls)(saying(f"{name} default"))
        Operations.implementation_for(cls, dialect="acme_family")(saying(f"{name} family"))
        Operations.implementation_for(cls, dialect="sqlite")(saying(f"{name} sqlite"))
    Operations(MigrationContext.configure(connection, plugins=())).invoke(ChildOp("a"))
    assert said == [f"{cls} {key}" for cls in ("child", "base") for key in ("sqlite", "family", "default")]


def test_a_lowering_is_sent_and_what_it_returns_is_returned(operations: Any) -> None:
    @Operations.lowering_for(NoteOp)
    def lower(op: Any, target: Any) -> Any:
        assert target.name == "sqlite"
        yield f"CREATE TABLE {op.text} (id INTEGER)"
        yield sa.text(f"INSERT INTO {op.text} VALUES (:id)").bindparams(id=op.size)
        return "returned"

    assert operations.test_note("lowered", size=4) == "returned"
    assert operations.get_bind().execute(sa.text("SELECT id FROM lowered")).scalars().all() == [4]


@pytest.mark.parametrize("statements", [None, [], ["CREATE TABLE one (id INTEGER)"]])
def test_a_lowering_may_return_a_list_or_nothing(operations: Any, statements: Any) -> None:
    Operations.lowering_for(NoteOp)(lambda op, target: statements)
    operations.test_note("a")
    assert names(operations) == ({"one"} if statements else set())


# -- layers -----------------------------------------------------------------------------------------


class Modules(Plugins):
    """Plugins that say of each module what the test says."""

    layers = {"acme": Layer.PLUGIN, "hidden": Layer.HIDDEN}

    def layer_of(self, module: str) -> Layer:
        return self.layers.get(module.partition(".")[0], Layer.PROJECT)


def register_as(module: str, name: str, text: str) -> type[Any]:
    """Register an operation as the module of that name would, and return its class."""
    scope: dict[str, Any] = {"__name__": module}
    exec(
        "from migrateops.operations import MigrateOperation, Operations, operation\n"
        f"@Operations.register_operation({name!r})\n@operation\n"
        "class LayeredOp(MigrateOperation):\n    pass\n"
        f"@Operations.implementation_for(LayeredOp)\ndef run(operations, op):\n    return {text!r}\n",
        scope,
    )
    found: type[Any] = scope["LayeredOp"]
    return found


def layered(connection: sa.Connection, local: Registrations | None = None) -> Any:
    context = MigrationContext.configure(connection, plugins=Modules(PluginPolicy.none()))
    context.namespace = Namespace(context.plugins, local)
    return Operations(context)


def test_the_nearest_layer_answers(connection: sa.Connection) -> None:
    register_as("acme.ops", "test_layer", "plugin")
    assert layered(connection).test_layer() == "plugin"
    register_as("project.ops", "test_layer", "project")
    assert layered(connection).test_layer() == "project"
    # A plugin that is imported later does not come nearer by that.
    register_as("acme.more", "test_layer", "plugin again")
    assert layered(connection).test_layer() == "project"

    local = Registrations()
    scope: dict[str, Any] = {"__name__": "env", REGISTRATIONS: local}
    exec(
        "from migrateops.operations import MigrateOperation, Operations, operation\n"
        "@Operations.register_operation('test_layer')\n@operation\n"
        "class LayeredOp(MigrateOperation):\n    pass\n"
        "@Operations.implementation_for(LayeredOp)\ndef run(operations, op):\n    return 'env.py'\n",
        scope,
    )
    assert layered(connection, local).test_layer() == "env.py"
    assert layered(connection).test_layer() == "project"


def test_modules_of_a_distribution_that_is_not_enabled_are_not_seen(connection: sa.Connection) -> None:
    register_as("hidden.ops", "test_hidden", "hidden")
    found = layered(connection)
    assert not hasattr(found, "test_hidden")
    assert "test_hidden" not in dir(found)
    assert "test_hidden" in Namespace().names()


def test_a_registration_made_anew_replaces_its_earlier_self(connection: sa.Connection) -> None:
    one = register_as("project.ops", "test_again", "before")
    found = layered(connection)
    assert found.test_again() == "before"
    other = register_as("project.ops", "test_again", "after")
    assert one is not other
    # Also for those who have looked it up already.
    assert found.test_again() == "after"


def test_a_pack_is_told_apart_from_its_family() -> None:
    class Cousin(Dialect):
        name = "cousin"
        family = "elder"

    assert Cousin().keys("cousin") == ("cousin", "elder", "default")
    assert Dialect().keys("default") == ("default",)
