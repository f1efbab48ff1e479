"""What PostgreSQL needs beside the plain ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.errors.operations import (
    IncompleteOperation,
    UnboundParameter,
    UnsupportedOperation,
    WrongType,
)
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_postgresql.errors import UnknownOption

State = Callable[[], dict[str, Any]]


@pytest.fixture(autouse=True)
def table(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE t (id integer NOT NULL, a text DEFAULT '1',"
        " c integer GENERATED ALWAYS AS (id * 2) STORED);"
        "INSERT INTO t (id, a) VALUES (1, '50%%'), (2, '60%%')"
    )


def column(connection: sa.Connection, name: str) -> Any:
    return next(c for c in sa.inspect(connection).get_columns("t") if c["name"] == name)


@pytest.mark.parametrize(
    "using", ["replace(a, '%', '')::integer", sa.cast(sa.func.replace(sa.column("a"), "%", ""), sa.Integer)]
)
def test_using(operations: Operations, connection: sa.Connection, using: Any) -> None:
    operations.alter_column("t", "a", type_=sa.Integer(), postgresql_using=using, server_default="7")
    assert connection.exec_driver_sql("SELECT a FROM t ORDER BY 1").scalars().all() == [50, 60]
    assert column(connection, "a")["default"] == "7"


def test_a_default_that_cannot_be_converted_is_dropped_first(
    operations: Operations, connection: sa.Connection
) -> None:
    operations.alter_column(
        "t",
        "a",
        type_=sa.Integer(),
        postgresql_using="length(a)",
        server_default=None,
        existing_server_default="1",
    )
    assert column(connection, "a")["default"] is None


def test_using_needs_a_type(operations: Operations) -> None:
    with pytest.raises(IncompleteOperation) as caught:
        operations.alter_column("t", "a", nullable=False, postgresql_using="a::integer")
    assert caught.value.code == "MO315"


def test_an_option_that_is_not_there(operations: Operations) -> None:
    with pytest.raises(UnknownOption) as caught:
        operations.alter_column("t", "a", type_=sa.Integer(), postgresql_usng="a::integer")
    assert (caught.value.code, caught.value.option) == ("PG301", "postgresql_usng")
    assert caught.value.hint() == "did you mean 'postgresql_using'?"


IDENTITIES = [
    sa.Identity(),
    sa.Identity(always=True, start=5, increment=2, minvalue=-3, maxvalue=99, cycle=True, cache=4),
    sa.Identity(increment=-1, maxvalue=10, start=10),
    sa.Identity(nominvalue=True, nomaxvalue=True, start=1),
]


def settings(identity: Any) -> dict[str, Any]:
    # Where counting starts is no part of the present state.
    return {name: value for name, value in identity.items() if name not in ("start", "order", "on_null")}


@pytest.mark.parametrize("old", range(len(IDENTITIES)))
@pytest.mark.parametrize("new", range(len(IDENTITIES)))
def test_identity(operations: Operations, connection: sa.Connection, old: int, new: int) -> None:
    operations.create_table("wanted", sa.Column("id", sa.Integer, IDENTITIES[new]))
    wanted = sa.inspect(connection).get_columns("wanted")[0]
    assert "identity" in wanted
    operations.alter_column("t", "id", server_default=IDENTITIES[old], existing_server_default=None)
    change = ops.AlterColumnOp(
        "t", "id", modify_server_default=IDENTITIES[new], existing_server_default=IDENTITIES[old]
    )
    before = column(connection, "id")["identity"]
    operations.invoke(change)
    assert settings(column(connection, "id")["identity"]) == settings(wanted["identity"])
    operations.invoke(change.reverse())
    assert column(connection, "id")["identity"] == before
    operations.alter_column("t", "id", server_default=None, existing_server_default=IDENTITIES[old])
    assert "identity" not in column(connection, "id")


def test_equal_identities_need_no_statement(operations: Operations, connection: sa.Connection) -> None:
    operations.alter_column("t", "id", server_default=sa.Identity())
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    reflected = sa.Identity(start=1, increment=1, minvalue=1, maxvalue=2**31 - 1, cycle=False, cache=1)
    operations.alter_column("t", "id", server_default=sa.Identity(), existing_server_default=reflected)
    assert sent == []


def test_a_default_gives_way_to_an_identity_and_back(
    operations: Operations, connection: sa.Connection
) -> None:
    operations.alter_column("t", "id", server_default="3")
    change = ops.AlterColumnOp("t", "id", modify_server_default=sa.Identity(), existing_server_default="3")
    operations.invoke(change)
    assert column(connection, "id")["identity"]["always"] is False
    operations.invoke(change.reverse())
    assert column(connection, "id")["default"] == "3"


def test_drop_expression(operations: Operations, connection: sa.Connection) -> None:
    computed = sa.Computed("id * 2", persisted=True)
    operations.alter_column("t", "c", server_default="9", existing_server_default=computed)
    assert "computed" not in column(connection, "c")
    assert column(connection, "c")["default"] == "9"
    assert connection.exec_driver_sql("SELECT c FROM t ORDER BY 1").scalars().all() == [2, 4]


@pytest.mark.parametrize(
    ("version", "new", "old"),
    [
        ((12, 0), None, sa.Computed("id * 2")),
        ((18, 0), sa.Computed("id * 2"), None),
        ((16, 0), sa.Computed("id * 3"), sa.Computed("id * 2")),
    ],
)
def test_what_no_alter_can_do(
    operations: Operations,
    connection: sa.Connection,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int],
    new: Any,
    old: Any,
) -> None:
    monkeypatch.setattr(connection.dialect, "server_version_info", version)
    with pytest.raises(UnsupportedOperation):
        operations.alter_column("t", "c", server_default=new, existing_server_default=old)


# -- enums ------------------------------------------------------------------------------------
MOODS = ("so so", "100%", "it's :fine")


def test_add_column_makes_the_type_once(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    mood = sa.Enum(*MOODS, name="Mood")
    operations.add_column("t", sa.Column("m", mood, server_default="100%"))
    operations.add_column("t", sa.Column("all", sa.ARRAY(mood)))
    assert state()["types"] == [("Mood", "e")]
    inspector: Any = sa.inspect(connection)
    assert inspector.get_enums()[0]["labels"] == list(MOODS)
    assert connection.exec_driver_sql("SELECT m::text FROM t").scalars().all() == ["100%", "100%"]
    operations.drop_column("t", "all")
    operations.drop_column("t", "m")
    operations.add_column("t", sa.Column("m", mood))


def test_a_type_that_a_script_made_itself(operations: Operations, state: State) -> None:
    mood = sa.Enum("a", "b", name="mood")
    mood.create(operations.get_bind())
    operations.add_column("t", sa.Column("m", mood))
    assert state()["types"] == [("mood", "e")]


def test_a_type_of_its_own_is_left_alone(operations: Operations, state: State) -> None:
    class Decorated(sa.TypeDecorator[str]):
        impl = sa.Enum("a", name="mood")
        cache_ok = True

    operations.add_column("t", sa.Column("m", Decorated()))
    operations.add_column("t", sa.Column("plain", sa.Enum("a", name="other", native_enum=False)))
    assert state()["types"] == [("mood", "e")]


def test_text_becomes_an_enum(operations: Operations, connection: sa.Connection, state: State) -> None:
    operations.alter_column(
        "t",
        "a",
        type_=sa.Enum("50%", "60%", name="mood"),
        existing_type=sa.Text(),
        postgresql_using="a::mood",
        server_default="60%",
        existing_server_default="1",
    )
    assert column(connection, "a")["default"] == "'60%'::mood"
    assert state()["types"] == [("mood", "e")]


def test_other_values_of_an_enum_are_no_other_type(operations: Operations) -> None:
    """The server knows the type by its name: nothing would change."""
    old, new = sa.Enum("a", name="mood"), sa.Enum("a", "b", name="mood")
    operations.add_column("t", sa.Column("mood", old))
    with pytest.raises(UnsupportedOperation) as caught:
        operations.alter_column("t", "mood", type_=new, existing_type=old)
    assert "ADD VALUE" in str(caught.value.hint())
    operations.alter_column("t", "mood", type_=old, existing_type=old)
    operations.alter_column("t", "mood", type_=sa.Text(), existing_type=old)


def test_create_table_makes_the_type(operations: Operations, state: State) -> None:
    operations.create_table(
        "made", sa.Column("m", sa.Enum("a", name="mood")), sa.Column("n", sa.Enum("a", name="mood"))
    )
    assert state()["types"] == [("mood", "e")]


def test_a_parameter_in_using(operations: Operations) -> None:
    with pytest.raises(UnboundParameter):
        operations.alter_column(
            "t", "a", type_=sa.Integer(), postgresql_using=sa.text("CASE a WHEN ':x' THEN 1 END")
        )
    with pytest.raises(WrongType):
        operations.alter_column("t", "a", type_=sa.Integer(), postgresql_using=5)


def test_a_column_is_dropped_without_options(operations: Operations, connection: sa.Connection) -> None:
    with pytest.raises(UnknownOption) as caught:
        operations.drop_column("t", "a", postgresql_cascade=True)
    assert caught.value.option == "postgresql_cascade"
    operations.drop_column("t", "a", mssql_drop_default=True)
    assert [c["name"] for c in sa.inspect(connection).get_columns("t")] == ["id", "c"]


def test_what_only_others_can_change_is_said(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection)
    Operations(context).alter_column("t", "id", autoincrement=True, existing_autoincrement=False)
    (note,) = context.notes
    assert note.startswith("alter_column 't' 'id': postgresql has no autoincrement to change")
