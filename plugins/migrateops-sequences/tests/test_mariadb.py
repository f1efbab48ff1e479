"""Every option on a MariaDB server."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp

COLUMNS = "start_value, increment, minimum_value, maximum_value, cycle_option, cache_size"
DEFAULTS = (1, 1, 1, 2**63 - 2, 0, 1000)


def sequence(connection: sa.Connection, name: str = "s") -> Any:
    if not sa.inspect(connection).has_sequence(name):
        return None
    quoted = connection.dialect.identifier_preparer.quote(name)
    return tuple(connection.exec_driver_sql(f"SELECT {COLUMNS} FROM {quoted}").one())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, DEFAULTS),
        ({"start": 42}, (42, *DEFAULTS[1:])),
        ({"increment": 10}, (1, 10, *DEFAULTS[2:])),
        ({"increment": -1}, (-1, -1, -(2**63) + 1, -1, 0, 1000)),
        ({"minvalue": -5, "start": 0}, (0, 1, -5, *DEFAULTS[3:])),
        ({"maxvalue": 99}, (*DEFAULTS[:3], 99, 0, 1000)),
        ({"nominvalue": True, "nomaxvalue": True}, DEFAULTS),
        ({"cycle": True}, (*DEFAULTS[:4], 1, 1000)),
        ({"cycle": False}, DEFAULTS),
        ({"cache": 20}, (*DEFAULTS[:5], 20)),
        ({"cache": 0}, (*DEFAULTS[:5], 0)),
    ],
)
def test_options(
    mariadb_op: Operations, mariadb_connection: sa.Connection, options: dict[str, Any], expected: Any
) -> None:
    operation = CreateSequenceOp("s", **options)
    mariadb_op.invoke(operation)
    assert sequence(mariadb_connection) == expected
    mariadb_op.invoke(operation.reverse())
    assert sequence(mariadb_connection) is None
    mariadb_op.invoke(operation.reverse().reverse())
    assert sequence(mariadb_connection) == expected


def test_if_exists(mariadb_op: Operations, mariadb_connection: sa.Connection) -> None:
    twice = CreateSequenceOp("s", if_not_exists=True)
    mariadb_op.invoke(twice)
    mariadb_op.invoke(twice)
    mariadb_op.invoke(twice.reverse())
    mariadb_op.invoke(twice.reverse())
    mariadb_op.invoke(AlterSequenceOp("s", cache=5, new_sequence_name="t", if_exists=True))
    assert sequence(mariadb_connection) is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"start": 9, "existing_start": 1}, (9,)),
        ({"increment": 4, "existing_increment": 1}, (1, 4)),
        ({"minvalue": -9, "existing_nominvalue": True}, (1, 1, -9)),
        ({"maxvalue": 9000, "existing_nomaxvalue": True}, (1, 1, 1, 9000)),
        ({"cycle": True, "existing_cycle": False}, (*DEFAULTS[:4], 1)),
        ({"cache": 0, "existing_cache": 1000}, (*DEFAULTS[:5], 0)),
    ],
)
def test_alter_and_back(
    mariadb_op: Operations, mariadb_connection: sa.Connection, options: dict[str, Any], expected: Any
) -> None:
    mariadb_op.invoke(CreateSequenceOp("s"))
    operation = AlterSequenceOp("s", **options)
    mariadb_op.invoke(operation)
    assert sequence(mariadb_connection) == expected + DEFAULTS[len(expected) :]
    mariadb_op.invoke(operation.reverse())
    assert sequence(mariadb_connection) == DEFAULTS


def test_rename_with_odd_names(mariadb_op: Operations, mariadb_connection: sa.Connection) -> None:
    name = "Odd `name` 100%"
    database = mariadb_connection.scalar(sa.text("SELECT database()"))
    mariadb_op.invoke(CreateSequenceOp(name, schema=database))
    rename = AlterSequenceOp(name, schema=database, new_sequence_name="select")
    mariadb_op.invoke(rename)
    assert (sequence(mariadb_connection, name), sequence(mariadb_connection, "select")) == (None, DEFAULTS)
    mariadb_op.invoke(rename.reverse())
    assert (sequence(mariadb_connection, name), sequence(mariadb_connection, "select")) == (DEFAULTS, None)


def test_restart(mariadb_op: Operations, mariadb_connection: sa.Connection) -> None:
    following = sa.text("SELECT NEXTVAL(s)")
    mariadb_op.invoke(CreateSequenceOp("s", start=5, cache=0))
    assert mariadb_connection.scalar(following) == 5
    mariadb_op.invoke(AlterSequenceOp("s", restart=50, increment=2))
    assert [mariadb_connection.scalar(following) for _ in range(2)] == [50, 52]
    mariadb_op.invoke(AlterSequenceOp("s", restart=True))
    assert mariadb_connection.scalar(following) == 5


def test_a_type_needs_a_newer_server(mariadb_op: Operations, mariadb_connection: sa.Connection) -> None:
    version = mariadb_connection.dialect.server_version_info
    assert version is not None
    operation = CreateSequenceOp("s", data_type=sa.SmallInteger())
    if version >= (11, 5):
        mariadb_op.invoke(operation)
        assert sequence(mariadb_connection)[3] == 2**15 - 2
        return
    with pytest.raises(UnsupportedOperation) as caught:
        mariadb_op.invoke(operation)
    assert "'data_type'" in caught.value.what
    assert sequence(mariadb_connection) is None
