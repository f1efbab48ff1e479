"""What a project says about the comparison: filters, and functions that compare."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.autogenerate import AutogenContext, compare
from migrateops.errors.autogenerate import ComparingFailed, ModelNotCompiled, WrongHookAnswer
from migrateops.operations import ops
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import difference


def old() -> sa.MetaData:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(20), server_default="x"),
        sa.Column("b", sa.Integer),
        sa.UniqueConstraint("a", name="uq_gone"),
        sa.CheckConstraint("b > 0", name="ck_gone"),
        sa.ForeignKeyConstraint(["b"], ["t.id"], name="fk_gone"),
    )
    sa.Index("ix_gone", table.c.b)
    sa.Index("ix_changed", table.c.b)
    return metadata


def new() -> sa.MetaData:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(40), server_default="y"),
        sa.Column("b", sa.Integer),
        sa.UniqueConstraint("b", name="uq_new"),
    )
    sa.Index("ix_changed", table.c.b, table.c.a)
    return metadata


def lines(found: Any) -> list[str]:
    return [inner.describe() for op in found for inner in op.ops]


def test_include_name_leaves_out_what_is_on_tables(connection: sa.Connection, configure: Configure) -> None:
    old().create_all(connection)
    asked: list[Any] = []

    def include_name(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        asked.append((type_, name, parents.get("table_name")))
        return not (name or "").endswith("_gone")

    assert lines(difference(configure(include_name=include_name), new())) == [
        "drop_index 'ix_changed'",
        "alter_column 't' 'a'",
        "create_unique_constraint 'uq_new' 't'",
        "create_index 'ix_changed' 't'",
    ]
    assert {
        ("unique_constraint", "uq_gone", "t"),
        ("check_constraint", "ck_gone", "t"),
        ("foreign_key_constraint", "fk_gone", "t"),
        ("index", "ix_gone", "t"),
        ("column", "a", "t"),
    } <= set(asked)


def test_include_object_is_asked_about_each_change(connection: sa.Connection, configure: Configure) -> None:
    old().create_all(connection)
    asked: list[Any] = []

    def include_object(object_: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        other = None if compare_to is None else (type(compare_to).__name__, compare_to.name)
        asked.append((type(object_).__name__, name, type_, reflected, other))
        return type_ == "table"

    assert difference(configure(include_object=include_object), new()) == []
    assert sorted(asked) == [
        ("CheckConstraint", "ck_gone", "check_constraint", True, None),
        ("Column", "a", "column", False, ("Column", "a")),
        ("ForeignKeyConstraint", "fk_gone", "foreign_key_constraint", True, None),
        ("Index", "ix_changed", "index", False, ("Index", "ix_changed")),
        ("Index", "ix_gone", "index", True, None),
        ("Table", "t", "table", False, ("Table", "t")),
        ("UniqueConstraint", "uq_gone", "unique_constraint", True, None),
        ("UniqueConstraint", "uq_new", "unique_constraint", False, None),
    ]


def altered(found: Any) -> list[tuple[str, bool, bool]]:
    return [
        (op.column_name, op.modify_type is not None, op.modify_server_default is not False)
        for table in found
        for op in table.ops
        if isinstance(op, ops.AlterColumnOp)
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [("a", True, True)]),
        ({"compare_type": False}, [("a", False, True)]),
        ({"compare_server_default": False}, [("a", True, False)]),
        ({"compare_type": False, "compare_server_default": False}, []),
        ({"compare_type": lambda *given: None}, [("a", True, True)]),
        ({"compare_type": lambda *given: False}, [("a", False, True)]),
        ({"compare_server_default": lambda *given: False}, [("a", True, False)]),
        (
            {"compare_type": lambda *given: True, "compare_server_default": lambda *given: None},
            [("a", True, True), ("id", True, False), ("b", True, False)],
        ),
    ],
)
def test_comparing_types_and_defaults(
    connection: sa.Connection, configure: Configure, options: dict[str, Any], expected: Any
) -> None:
    old().create_all(connection)
    assert altered(difference(configure(**options), new())) == expected


def test_functions_are_told_of_both_sides(connection: sa.Connection, configure: Configure) -> None:
    old().create_all(connection)
    types: list[Any] = []
    defaults: list[Any] = []

    def compare_type(context: Any, here: Any, wanted: Any, type_: Any, wanted_type: Any) -> None:
        assert (here.type, wanted.type) == (type_, wanted_type)
        types.append((context is made, here.table.name, wanted.name))

    def compare_default(context: Any, here: Any, wanted: Any, default: Any, arg: Any, text: Any) -> None:
        defaults.append((context is made, here.name, default.partition("::")[0], arg.arg, text))

    made = configure(compare_type=compare_type, compare_server_default=compare_default)
    difference(made, new())
    assert types == [(True, "t", "id"), (True, "t", "a"), (True, "t", "b")]
    told = [one for one in defaults if one[1] == "a"]
    assert told == [(True, "a", "'x'", "y", "'y'")]


@pytest.mark.parametrize("option", ["compare_type", "compare_server_default"])
def test_functions_that_fail(connection: sa.Connection, configure: Configure, option: str) -> None:
    old().create_all(connection)

    def fails(*given: Any) -> Any:
        raise KeyError("what")

    with pytest.raises(ComparingFailed) as caught:
        difference(configure(**{option: fails}), new())
    assert (caught.value.function, caught.value.problem) == (option, "KeyError: 'what'")
    assert caught.value.where.startswith("t.")
    with pytest.raises(WrongHookAnswer) as wrong:
        difference(configure(**{option: lambda *given: "perhaps"}), new())
    assert wrong.value.answer == "'perhaps'"


# -- what the dialect has no words for ------------------------------------------------------------
class Unwritten(sa.types.UserDefinedType[Any]):
    """A type without a text."""


@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_a_model_that_cannot_be_written(connection: sa.Connection, configure: Configure, there: bool) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.Column("bad", Unwritten()))
    if there:
        connection.execute(sa.text("CREATE TABLE t (id INTEGER, bad INTEGER)"))
    with pytest.raises(ModelNotCompiled) as caught:
        difference(configure(), metadata)
    assert (caught.value.table, caught.value.column) == ("t", "bad")
    assert caught.value.dialect == connection.dialect.name
    # Left out, it stops nothing.
    context = configure(include_object=lambda object_, name, *rest: name != "t")
    assert difference(context, metadata) == []


def test_a_type_of_another_dialect(sqlite_url: str) -> None:
    from migrateops.runtime.migration import MigrationContext

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("h", postgresql.HSTORE))
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={}, plugins=())
        with pytest.raises(ModelNotCompiled):
            compare(AutogenContext(context, metadata))
    engine.dispose()
