"""Functions of a project that compare, as Alembic has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import (
    DispatchPriority,
    PriorityDispatchResult,
    comparators,
)
from migrateops.autogenerate.comparators import Comparators
from migrateops.errors.autogenerate import ComparingFailed
from migrateops.operations import ops
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import difference, models, small


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Comparators]:
    """The comparators of the process, empty for the test."""
    monkeypatch.setattr(comparators, "_functions", {})
    return comparators  # type: ignore[return-value]


def wider(metadata: sa.MetaData) -> None:
    small(metadata)
    metadata.tables["child"].append_column(sa.Column("b", sa.Integer))


def lines(found: Any) -> list[str]:
    return [one.describe() for op in found for one in (getattr(op, "ops", None) or [op])]


def test_each_target_gets_what_it_changes(
    connection: sa.Connection, configure: Configure, registry: Comparators
) -> None:
    models(small).create_all(connection)
    connection.execute(sa.text("CREATE TABLE gone (id INTEGER)"))
    asked: list[Any] = []

    @registry.dispatch_for("autogenerate")
    def of_all(context: Any, upgrade: ops.UpgradeOps) -> None:
        asked.append(("autogenerate", lines(upgrade.ops)))

    @registry.dispatch_for("schema")
    def of_schemas(context: Any, upgrade: ops.UpgradeOps, schemas: set[str | None]) -> None:
        asked.append(("schema", schemas))
        upgrade.ops.insert(0, ops.ExecuteSQLOp("of the schema"))

    @registry.dispatch_for("table")
    def of_table(context: Any, table: Any, schema: Any, name: str, here: Any, wanted: Any) -> None:
        asked.append(("table", schema, name, getattr(here, "name", None), getattr(wanted, "name", None)))
        table.ops.append(ops.ExecuteSQLOp(f"of {name}"))

    @registry.dispatch_for("column")
    def of_column(
        context: Any, op: ops.AlterColumnOp, schema: Any, table: str, name: str, here: Any, wanted: Any
    ) -> PriorityDispatchResult:
        asked.append(("column", schema, table, name, here.name, wanted.name))
        if name == "a":
            op.modify_nullable = False
        return PriorityDispatchResult.CONTINUE

    metadata = models(wider)
    sa.Table("new", metadata, sa.Column("id", sa.Integer))
    expected = [
        "execute 'of the schema'",
        "create_table 'new'",
        "execute 'of new'",
        "execute 'of parent'",
        "add_column 'child' 'b'",
        "alter_column 'child' 'a'",
        "execute 'of child'",
        "execute 'of gone'",
        "drop_table 'gone'",
    ]
    assert sorted(lines(difference(configure(), metadata))) == sorted(expected)
    assert ("autogenerate", asked[-1][1]) == asked[-1]
    assert sorted(asked[-1][1]) == sorted(expected)
    assert ("schema", {None}) in asked
    tables = {one[2:] for one in asked if one[0] == "table"}
    assert tables == {
        ("new", None, "new"),
        ("parent", "parent", "parent"),
        ("child", "child", "child"),
        ("gone", "gone", None),
    }
    columns = {one[2:4] for one in asked if one[0] == "column"}
    assert columns == {("parent", "id"), ("child", "id"), ("child", "a")}


def test_order_and_stopping(configure: Configure, registry: Comparators) -> None:
    called: list[str] = []

    def add(name: str, answer: Any = None, **said: Any) -> None:
        def function(context: Any, upgrade: ops.UpgradeOps) -> Any:
            called.append(name)
            return answer

        function.__qualname__ = name
        registry.dispatch_for("autogenerate", **said)(function)

    add("last", priority=DispatchPriority.LAST)
    add("usual")
    add("first", priority=DispatchPriority.FIRST)
    add("elsewhere", qualifier="another")
    add("stops", PriorityDispatchResult.STOP, priority=DispatchPriority.FIRST, subgroup="mine")
    add("stopped", subgroup="mine")
    metadata = models(small)
    assert [op.describe() for op in difference(configure(), metadata)] == [
        "create_table 'child'",
        "create_table 'parent'",
    ]
    assert called == ["first", "stops", "usual", "last"]
    # One that stops what is in no subgroup, before core has compared, is alone.
    called.clear()
    add("alone", PriorityDispatchResult.STOP, priority=DispatchPriority.FIRST)
    assert difference(configure(), metadata) == []
    assert called == ["first", "alone", "stops"] or called == ["first", "stops", "alone"]


def test_a_function_is_registered_once(configure: Configure, registry: Comparators) -> None:
    called: list[int] = []
    for number in range(3):
        # As an env.py that is executed again.
        @registry.dispatch_for("schema")
        def again(context: Any, upgrade: Any, schemas: Any, number: int = number) -> None:
            called.append(number)

    difference(configure(), sa.MetaData())
    assert called == [2]


def test_a_function_that_fails(
    connection: sa.Connection, configure: Configure, registry: Comparators
) -> None:
    models(small).create_all(connection)

    @registry.dispatch_for("table")
    def fails(*given: Any) -> None:
        raise ValueError("no")

    with pytest.raises(ComparingFailed) as caught:
        difference(configure(), models(small))
    assert caught.value.problem == "ValueError: no"
    assert "fails" in caught.value.function


def test_an_operation_of_a_class_of_the_projects_own(
    connection: sa.Connection, configure: Configure, registry: Comparators
) -> None:
    class OwnOp(ops.CreateUniqueConstraintOp):
        """Create a unique constraint of the project's kind."""

    models(small).create_all(connection)

    @registry.dispatch_for("table")
    def of_table(context: Any, table: Any, schema: Any, name: str, here: Any, wanted: Any) -> None:
        if name == "child":
            table.ops.append(OwnOp("uq", name, ["id"]))

    assert lines(difference(configure(), models(small))) == ["create_unique_constraint 'uq' 'child'"]
