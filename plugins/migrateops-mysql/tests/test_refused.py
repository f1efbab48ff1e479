"""What cannot be done is refused, with a code, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.operations import IncompleteOperation, UnsupportedOperation, WrongType
from migrateops.errors.operations import UnknownOption as UnknownParameter
from migrateops.operations import Operations
from migrateops_mysql.errors import UnknownOption

State = Callable[[], dict[str, str]]

pytestmark = pytest.mark.usefixtures("tables")

REFUSED: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    "an index without its table": (lambda op: op.drop_index("of_parent"), IncompleteOperation, "MO315"),
    "match": (
        lambda op: op.create_foreign_key("fk", "item", "parent", ["parent"], ["id"], match="FULL"),
        UnsupportedOperation,
        "MO313",
    ),
    "match of a table": (
        lambda op: op.create_table("x", sa.Column("a", sa.Integer, sa.ForeignKey("parent.id", match="FULL"))),
        UnsupportedOperation,
        "MO313",
    ),
    "deferrable": (
        lambda op: op.create_unique_constraint("uq", "item", ["n"], deferrable=True),
        UnsupportedOperation,
        "MO313",
    ),
    "deferrable of a column": (
        lambda op: op.add_column(
            "item", sa.Column("a", sa.Integer, sa.ForeignKey("parent.id", initially="DEFERRED"))
        ),
        UnsupportedOperation,
        "MO313",
    ),
    "an index on an expression": (
        lambda op: op.create_index("ix", "item", [sa.func.lower(sa.column("Name"))]),
        UnsupportedOperation,
        "MO313",
    ),
    "an index on the text of an expression": (
        lambda op: op.create_index("ix", "item", [sa.text("lower(Name)"), "n"]),
        UnsupportedOperation,
        "MO313",
    ),
    "an identity that is not the key": (
        lambda op: op.create_table(
            "x", sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, sa.Identity())
        ),
        UnsupportedOperation,
        "MO313",
    ),
    "an identity that begins elsewhere": (
        lambda op: op.create_table("x", sa.Column("a", sa.Integer, sa.Identity(start=9), primary_key=True)),
        UnsupportedOperation,
        "MO313",
    ),
    "an identity of a new column": (
        lambda op: op.add_column("item", sa.Column("b", sa.Integer, sa.Identity())),
        UnsupportedOperation,
        "MO313",
    ),
    "a length that is no number": (
        lambda op: op.create_index("ix", "item", ["body"], mysql_length="5"),
        WrongType,
        "MO322",
    ),
    "a length of a name that is no number": (
        lambda op: op.create_index("ix", "item", ["body", sa.text("n")], mysql_length={"body": "5"}),
        WrongType,
        "MO322",
    ),
    "an engine that is no string": (
        lambda op: op.create_table("x", sa.Column("a", sa.Integer), mysql_engine=["InnoDB"]),
        WrongType,
        "MO322",
    ),
    "a constraint whose name is none": (lambda op: op.drop_constraint(5, "item"), WrongType, "MO322"),
    "an option that is misspelt": (
        lambda op: op.create_index("ix", "item", ["body"], mysql_lenght=5),
        UnknownParameter,
        "MO319",
    ),
    "an option that is not there": (
        lambda op: op.drop_column("item", "n", mysql_cascade=True),
        UnknownOption,
        "MY301",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, operations: Operations, state: State) -> None:
    call, error, code = REFUSED[name]
    before = state()
    with pytest.raises(error) as caught:
        call(operations)
    assert caught.value.code == code
    assert state() == before


def test_the_server_says_no(operations: Operations, connection: sa.Connection, state: State) -> None:
    operations.create_foreign_key("fk", "item", "parent", ["parent"], ["id"])
    before = state()
    for call in (
        lambda: operations.drop_column("parent", "id"),
        lambda: operations.drop_column("item", "parent"),
        lambda: operations.drop_index("of_parent", "item"),
        lambda: operations.alter_column("parent", "id", type_=sa.String(5)),
        lambda: operations.drop_table("parent"),
    ):
        with pytest.raises(DBAPIError):
            call()
        assert state() == before


@pytest.mark.parametrize("asks", [{"recreate": "always"}, {"partial_reordering": [("n", "id")]}])
def test_a_batch_that_asks_for_a_new_table_is_refused(
    asks: Any, operations: Operations, state: State
) -> None:
    before = state()
    with pytest.raises(UnsupportedOperation), operations.batch_alter_table("item", **asks) as batch:
        batch.drop_column("n")
    assert state() == before
