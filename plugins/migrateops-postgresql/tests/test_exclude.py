"""``create_exclude_constraint``, the operation that the pack adds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint

from migrateops.errors.operations import (
    NotASchemaItem,
    UnboundParameter,
    UnsupportedOperation,
    WrongType,
)
from migrateops.operations import Operations
from migrateops.operations.ops import AddConstraintOp, DropConstraintOp
from migrateops.runtime.migration import MigrationContext
from migrateops_postgresql.exclude import CreateExcludeConstraintOp

State = Callable[[], dict[str, Any]]


@pytest.fixture(autouse=True)
def table(connection: sa.Connection) -> None:
    connection.exec_driver_sql('CREATE TABLE booking (id integer, "During" int4range, a integer, b integer)')


def definitions(state: State) -> dict[str, str]:
    return {name: text for _, name, text in state()["constraints"]}


def test_there_and_back(operations: Operations, state: State) -> None:
    operation = CreateExcludeConstraintOp(
        "free",
        "booking",
        [("During", "&&")],
        where="a > 0",
        deferrable=True,
        initially="DEFERRED",
        ops={"During": "range_ops"},
    )
    operations.invoke(operation)
    expected = {"free": 'EXCLUDE USING gist ("During" WITH &&) WHERE ((a > 0)) DEFERRABLE INITIALLY DEFERRED'}
    assert definitions(state) == expected
    back = operation.reverse()
    assert isinstance(back, DropConstraintOp)
    operations.invoke(back)
    assert definitions(state) == {}
    back.constraint_name = "other"
    operations.invoke(back.reverse())
    assert definitions(state) == {"other": expected["free"]}


def test_directives(operations: Any, state: State) -> None:
    operations.create_exclude_constraint(
        "one", "booking", ("a", "="), (sa.text("(a + b)"), "="), using="btree"
    )
    with operations.batch_alter_table("booking") as batch:
        batch.create_exclude_constraint("two", (sa.func.int4range(sa.column("a"), sa.column("b")), "&&"))
    assert definitions(state) == {
        "one": "EXCLUDE USING btree (a WITH =, ((a + b)) WITH =)",
        "two": "EXCLUDE USING gist (int4range(a, b) WITH &&)",
    }


def test_a_constraint_of_the_models(operations: Operations, state: State) -> None:
    metadata = sa.MetaData()
    booking = sa.Table(
        "booking",
        metadata,
        sa.Column("During", INT4RANGE),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
    )
    constraint = ExcludeConstraint(
        (booking.c["During"], "&&"),
        (sa.func.int4range(booking.c.a, booking.c.b), "&&"),
        name="free",
        where=booking.c.a > 0,
    )
    operation = AddConstraintOp.from_constraint(constraint)
    assert isinstance(operation, CreateExcludeConstraintOp)
    assert operation.elements[0] == ("During", "&&")
    before = set(booking.constraints)
    operations.invoke(operation)
    assert definitions(state) == {
        "free": 'EXCLUDE USING gist ("During" WITH &&, int4range(a, b) WITH &&) WHERE ((a > 0))'
    }
    assert set(booking.constraints) == before
    assert operation.to_diff_tuple()[0] == "add_constraint"


def test_what_is_no_element(operations: Any) -> None:
    for elements in ([], ["During"], [("During",)]):
        with pytest.raises(NotASchemaItem) as caught:
            operations.create_exclude_constraint("free", "booking", *elements)
        assert caught.value.code == "MO312"
    with pytest.raises(TypeError):
        operations.create_exclude_constraint("free", "booking", ("a", "="), wher="a > 0")


def test_other_dialects_refuse_it() -> None:
    other: Any = Operations(MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True}))
    with pytest.raises(UnsupportedOperation):
        other.create_exclude_constraint("free", "booking", ("During", "&&"))


def test_expressions_are_in_brackets(operations: Any, state: State) -> None:
    n = sa.column("n", sa.Integer)
    operations.execute("ALTER TABLE booking ADD n integer")
    operations.create_exclude_constraint("free", "booking", (n + 1, "="), using="btree")
    assert definitions(state) == {"free": "EXCLUDE USING btree (((n + 1)) WITH =)"}


def test_a_parameter_without_a_value(operations: Any) -> None:
    for elements, where in (([("a", "=")], "name <> ':x'"), ([(sa.text("(name || ':x')"), "=")], None)):
        with pytest.raises(UnboundParameter) as caught:
            operations.create_exclude_constraint("free", "booking", *elements, where=where)
        assert (caught.value.code, caught.value.name) == ("MO317", "x")


def test_operator_classes_that_are_no_mapping(operations: Any) -> None:
    with pytest.raises(WrongType) as caught:
        operations.create_exclude_constraint("free", "booking", ("a", "="), ops="text_ops")
    assert caught.value.parameter == "ops"
