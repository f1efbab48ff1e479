"""Every option on a PostgreSQL server."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp

COLUMNS = "data_type::text, start_value, increment_by, min_value, max_value, cycle, cache_size"
DEFAULTS = ("bigint", 1, 1, 1, 2**63 - 1, False, 1)


def sequence(connection: sa.Connection, name: str = "s", schema: str = "public") -> Any:
    found = connection.execute(
        sa.text(f"SELECT {COLUMNS} FROM pg_sequences WHERE schemaname = :schema AND sequencename = :name"),
        {"schema": schema, "name": name},
    ).one_or_none()
    return tuple(found) if found is not None else None


def owner(connection: sa.Connection, column: str) -> Any:
    return connection.execute(sa.text("SELECT pg_get_serial_sequence('owner', :c)"), {"c": column}).scalar()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, DEFAULTS),
        ({"data_type": sa.SmallInteger()}, ("smallint", 1, 1, 1, 2**15 - 1, False, 1)),
        ({"data_type": sa.Integer}, ("integer", 1, 1, 1, 2**31 - 1, False, 1)),
        ({"start": 42}, ("bigint", 42, *DEFAULTS[2:])),
        ({"increment": 10}, ("bigint", 1, 10, *DEFAULTS[3:])),
        ({"increment": -1}, ("bigint", -1, -1, -(2**63), -1, False, 1)),
        ({"minvalue": -5, "start": 0}, ("bigint", 0, 1, -5, *DEFAULTS[4:])),
        ({"maxvalue": 99}, (*DEFAULTS[:4], 99, False, 1)),
        ({"nominvalue": True, "nomaxvalue": True}, DEFAULTS),
        (
            {"nominvalue": False, "nomaxvalue": False, "minvalue": 2, "maxvalue": 9},
            ("bigint", 2, 1, 2, 9, False, 1),
        ),
        ({"cycle": True}, (*DEFAULTS[:5], True, 1)),
        ({"cycle": False}, DEFAULTS),
        ({"cache": 20}, (*DEFAULTS[:6], 20)),
        ({"cache": 0}, DEFAULTS),
    ],
)
def test_options(
    postgresql_op: Operations,
    postgresql_connection: sa.Connection,
    options: dict[str, Any],
    expected: Any,
) -> None:
    operation = CreateSequenceOp("s", **options)
    postgresql_op.invoke(operation)
    assert sequence(postgresql_connection) == expected
    postgresql_op.invoke(operation.reverse())
    assert sequence(postgresql_connection) is None
    postgresql_op.invoke(operation.reverse().reverse())
    assert sequence(postgresql_connection) == expected


def test_names_are_quoted(postgresql_op: Operations, postgresql_connection: sa.Connection) -> None:
    name, schema_name = 'Odd "name" 100%', "Some Schema"
    postgresql_connection.execute(sa.schema.CreateSchema(schema_name))
    postgresql_op.invoke(CreateSequenceOp(name, schema=schema_name))
    assert sequence(postgresql_connection, name, schema_name) == DEFAULTS
    postgresql_op.invoke(AlterSequenceOp(name, schema=schema_name, increment=2, new_sequence_name="select"))
    assert sequence(postgresql_connection, name, schema_name) is None
    assert sequence(postgresql_connection, "select", schema_name)[2] == 2
    postgresql_op.invoke(CreateSequenceOp("select", schema=schema_name).reverse())
    assert sequence(postgresql_connection, "select", schema_name) is None


def test_if_exists(postgresql_op: Operations, postgresql_connection: sa.Connection) -> None:
    twice = CreateSequenceOp("s", if_not_exists=True)
    postgresql_op.invoke(twice)
    postgresql_op.invoke(twice)
    postgresql_op.invoke(twice.reverse())
    postgresql_op.invoke(twice.reverse())
    postgresql_op.invoke(AlterSequenceOp("s", cache=5, new_sequence_name="t", if_exists=True))
    assert sequence(postgresql_connection) is None


def test_owner(postgresql_op: Operations, postgresql_connection: sa.Connection) -> None:
    postgresql_connection.execute(sa.text('CREATE TABLE owner (a bigint, "B b" bigint)'))
    postgresql_op.invoke(CreateSequenceOp("s", schema="public", owned_by="owner.a"))
    assert owner(postgresql_connection, "a") == "public.s"
    change = AlterSequenceOp("s", owned_by="owner.B b", existing_owned_by="owner.a")
    postgresql_op.invoke(change)
    assert (owner(postgresql_connection, "a"), owner(postgresql_connection, "B b")) == (None, "public.s")
    postgresql_op.invoke(change.reverse())
    assert owner(postgresql_connection, "a") == "public.s"
    postgresql_op.invoke(AlterSequenceOp("s", owned_by=None))
    assert owner(postgresql_connection, "a") is None


CHANGES: list[tuple[dict[str, Any], Any]] = [
    ({"data_type": sa.Integer(), "existing_data_type": sa.BigInteger()}, ("integer", 1, 1, 1, 2**31 - 1)),
    ({"start": 9, "existing_start": 1}, ("bigint", 9)),
    ({"increment": 4, "existing_increment": 1}, ("bigint", 1, 4)),
    ({"minvalue": -9, "existing_nominvalue": True}, ("bigint", 1, 1, -9)),
    ({"maxvalue": 9, "existing_nomaxvalue": True}, ("bigint", 1, 1, 1, 9)),
    ({"cycle": True, "existing_cycle": False}, (*DEFAULTS[:5], True)),
    ({"cache": 9, "existing_cache": 0}, (*DEFAULTS[:6], 9)),
]


@pytest.mark.parametrize(("options", "expected"), CHANGES)
def test_alter_and_back(
    postgresql_op: Operations,
    postgresql_connection: sa.Connection,
    options: dict[str, Any],
    expected: Any,
) -> None:
    postgresql_op.invoke(CreateSequenceOp("s"))
    operation = AlterSequenceOp("s", **options)
    postgresql_op.invoke(operation)
    assert sequence(postgresql_connection) == expected + DEFAULTS[len(expected) :]
    postgresql_op.invoke(operation.reverse())
    assert sequence(postgresql_connection) == DEFAULTS


def test_restart(postgresql_op: Operations, postgresql_connection: sa.Connection) -> None:
    following = sa.select(sa.Sequence("s").next_value())
    postgresql_op.invoke(CreateSequenceOp("s", start=5))
    assert postgresql_connection.scalar(following) == 5
    postgresql_op.invoke(AlterSequenceOp("s", restart=50, increment=2))
    assert [postgresql_connection.scalar(following) for _ in range(2)] == [50, 52]
    postgresql_op.invoke(AlterSequenceOp("s", restart=True))
    assert postgresql_connection.scalar(following) == 5


def test_nothing_to_alter_sends_nothing(postgresql_op: Operations) -> None:
    postgresql_op.invoke(AlterSequenceOp("not there", existing_cache=5))


def test_applied(postgresql_op: Operations, postgresql_connection: sa.Connection) -> None:
    target = postgresql_op.get_context().target
    create = CreateSequenceOp("s")
    answers = []
    for operation in (None, create, create.reverse()):
        if operation is not None:
            postgresql_op.invoke(operation)
        inspector = sa.inspect(postgresql_connection)
        answers.append((create.applied(target, inspector), create.reverse().applied(target, inspector)))
    assert answers == [(False, True), (True, False), (False, True)]
