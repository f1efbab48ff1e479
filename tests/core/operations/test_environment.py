"""What ``env.py`` registers, what it sees meanwhile, and registrations from several threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from migrateops.errors.operations import ImplementationExists, UsageError
from migrateops.operations import BatchOperations, MigrateOperation, Operations, ops, registry
from migrateops.operations.registry import REGISTRATIONS, Registrations
from migrateops.runtime.environment import EnvironmentContext


@pytest.fixture
def environment() -> Iterator[EnvironmentContext]:
    with EnvironmentContext(None, None) as entered:
        yield entered


def execute(environment: EnvironmentContext, source: str) -> dict[str, Any]:
    """Execute *source* as ``env.py`` of the environment."""
    scope: dict[str, Any] = {"__name__": "env_py", REGISTRATIONS: environment.registrations}
    imports = "from migrateops.operations import MigrateOperation, Operations, operation, ops\n"
    exec(compile(imports + source, "env.py", "exec", dont_inherit=True), scope)
    return scope


MINE = """
@Operations.implementation_for(ops.CreateTableOp{})
def mine(operations, op): pass
"""
THING = """
@Operations.register_operation("create_env_thing")
@operation
class ThingOp(MigrateOperation):
    "Make it."
    name: str

found = Operations.create_env_thing
listed = dir(Operations)
"""


def test_what_core_implements_is_replaced_only_when_said(environment: EnvironmentContext) -> None:
    with pytest.raises(ImplementationExists) as caught:
        execute(environment, MINE.format(""))
    error = caught.value
    assert (error.code, error.class_name, error.dialect) == ("MO305", "CreateTableOp", "default")
    assert error.existing == "migrateops.ddl.lower.create_table"
    assert environment.registrations.implementations == {}
    execute(environment, MINE.format(", replace=True"))
    execute(environment, MINE.format(", dialect='acme'"))
    # The same function again is itself, not another.
    execute(environment, MINE.format(", dialect='acme'"))
    assert len(environment.registrations.implementations) == 2


def test_operations_shows_what_env_py_has_registered() -> None:
    with EnvironmentContext(None, None) as environment:
        scope = execute(environment, THING)
    assert scope["found"].__doc__ == "Make it."
    assert "create_env_thing" in scope["listed"]
    assert not hasattr(Operations, "create_env_thing")


def test_a_registration_of_another_thread_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    registrations = Registrations()
    changed = registry._changed
    started: list[threading.Thread] = []

    def implement(module: str) -> None:
        registrations.add_implementation(
            ops.CreateTableOp, "acme", implement, module, lowering=False, replace=True
        )

    def offer(module: str) -> None:
        registrations.add_directive("op", "create_gadget", ops.CreateTableOp, lambda: offer, module)

    def interrupted() -> int:
        if not started:
            # Between the look and the write of the first: the other may only wait.
            started.append(threading.Thread(target=register, args=("other",)))
            started[0].start()
            started[0].join(0.2)
        return changed()

    monkeypatch.setattr(registry, "_changed", interrupted)
    for register in (implement, offer):
        register("first")
        started[0].join(10)
        started.clear()
    for stored in (registrations.implementations, registrations.directives):
        (makers,) = stored.values()
        assert {maker.module for maker in makers} == {"first", "other"}


class SayOp(MigrateOperation):
    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def test_say(cls, operations: Any, text: str, *, times: int = 1) -> Any:
        return operations.invoke(cls(text + "!" * times))

    @classmethod
    def test_batch_say(cls, operations: Any, text: str) -> Any:
        return operations.invoke(cls(text))


@pytest.mark.parametrize(
    ("args", "kw", "problem"),
    [
        (("a",), {"nmae": 1}, "got an unexpected keyword argument 'nmae'"),
        ((), {}, "missing 1 required positional argument: 'text'"),
    ],
)
def test_wrong_arguments_for_a_classmethod_are_a_usage_error(
    operations: Any, args: tuple[Any, ...], kw: dict[str, Any], problem: str
) -> None:
    from migrateops import op

    Operations.register_operation("test_say")(SayOp)
    with Operations.context(operations.migration_context):
        for call in (operations.test_say, op.test_say):
            with pytest.raises(UsageError) as caught:
                call(*args, **kw)
            error = caught.value
            assert (error.code, error.call, error.problem) == ("MO301", "op.test_say", problem)
            assert error.usage == "op.test_say(text: str, *, times: int = 1) -> Any"


def test_wrong_arguments_for_a_classmethod_in_a_batch(operations: Any) -> None:
    BatchOperations.register_operation("test_batch_say")(SayOp)
    with operations.batch_alter_table("t") as batch, pytest.raises(UsageError) as caught:
        batch.test_batch_say()
    assert caught.value.call == "batch_op.test_batch_say"


def test_a_type_error_from_inside_a_classmethod_is_its_own(operations: Any) -> None:
    Operations.register_operation("test_say")(SayOp)
    with pytest.raises(TypeError) as caught:
        operations.test_say(3)
    assert type(caught.value) is TypeError
