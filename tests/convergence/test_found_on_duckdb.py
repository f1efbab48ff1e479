"""Pairs of schemas that once broke a law on DuckDB, reduced to what it took."""

from __future__ import annotations

import pytest

from tests.convergence.renaming import rename_column, rename_table
from tests.convergence.schemas import Check, Col, Index, Part, Reference, Unique
from tests.convergence.test_found import EMPTY, ONE, all_hold, schema, table

ID = Col("id", "integer", nullable=False)
TWO = Col("b", "integer")
PARENT = table(ID, name="p", key=("id",))
TO_PARENT = Reference(None, ("a",), "p", ("id",))
SELF = table(ID, ONE, key=("id",), references=(Reference(None, ("a",), "t", ("id",)),))
NUMBERED = Col("id", "integer", nullable=False, numbered=True)
ALONE = table(ONE, unique=(Unique(None, ("a",)),), checks=(Check(None, "nested", "a"),))
CASES = {
    "a table that numbers itself comes": (
        EMPTY,
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
    ),
    "a table is renamed, and loses its constraints": (
        schema(PARENT, ALONE),
        rename_table(schema(PARENT, table(ONE)), "t", "Mixed Case"),
    ),
    "a column is renamed, and loses its constraints": (
        schema(PARENT, ALONE),
        rename_column(schema(PARENT, table(ONE)), "t", "a", "Mixed Case"),
    ),
    "a column that numbers itself is renamed beside a check": (
        schema(table(NUMBERED, ONE, key=("id",), checks=(Check("ck", "nested", "a"),))),
        rename_column(
            schema(table(NUMBERED, ONE, key=("id",), checks=(Check("ck", "nested", "a"),))), "t", "id", "b"
        ),
    ),
    "a column is renamed that has a foreign key, and then has none": (
        schema(PARENT, table(ONE, references=(TO_PARENT,))),
        rename_column(schema(PARENT, table(ONE)), "t", "a", "b"),
    ),
    "a column is renamed that its own table refers to": (
        schema(SELF),
        rename_column(schema(SELF), "t", "id", "Mixed Case"),
    ),
    "a new column refers to a key that comes with it": (
        schema(table(ID, Col("b", "bigint", computed=("virtual-next", "id")))),
        schema(
            table(
                ID,
                Col("b", "bigint", computed=("virtual-next", "id")),
                ONE,
                key=("id",),
                references=(Reference(None, ("a",), "t", ("id",)),),
            )
        ),
    ),
    "a table with an index gets a primary key": (
        schema(table(ID, ONE, indexes=(Index("ix", (Part("a"),)),))),
        schema(table(ID, ONE, key=("id",), indexes=(Index("ix", (Part("a"),)),))),
    ),
    "both sides of a foreign key have another type": (
        schema(PARENT, table(ONE, references=(TO_PARENT,))),
        schema(
            table(Col("id", "bigint", nullable=False), name="p", key=("id",)),
            table(Col("a", "bigint"), references=(TO_PARENT,)),
        ),
    ),
    "a column becomes a computed one of which another was computed": (
        schema(table(ONE, Col("b", "bigint", computed=("virtual-third", "a")))),
        schema(table(ID, Col("a", "bigint", computed=("virtual-next", "id")))),
    ),
    "a table is renamed that another refers to": (
        schema(PARENT, table(ONE, references=(TO_PARENT,))),
        rename_table(schema(PARENT, table(ONE, references=(TO_PARENT,))), "p", "Mixed Case"),
    ),
    "a table is renamed that refers to itself": (
        schema(SELF),
        rename_table(schema(SELF), "t", "Mixed Case"),
    ),
    "a table changes to which a dropped one refers by way of another": (
        schema(
            PARENT,
            table(ID, ONE, key=("id",), references=(TO_PARENT,)),
            table(ONE, name="u", references=(Reference(None, ("a",), "t", ("id",)),)),
        ),
        schema(table(Col("b", "integer"), name="p")),
    ),
    "a table between two goes, of which the one changes and the other no longer refers to it": (
        schema(
            PARENT,
            table(ID, ONE, key=("id",), references=(TO_PARENT,)),
            table(ONE, TWO, name="u", references=(Reference(None, ("a",), "t", ("id",)),)),
        ),
        schema(table(Col("b", "integer"), name="p"), table(ONE, TWO, name="u")),
    ),
    "a column in capitals is renamed, and loses its check": (
        schema(table(Col("UPPER", "boolean"), checks=(Check(None, "given", "UPPER"),))),
        rename_column(schema(table(Col("UPPER", "boolean"))), "t", "UPPER", "quo'te"),
    ),
    "one of two checks of a column in capitals goes": (
        schema(
            table(
                Col("UPPER", "integer"),
                checks=(Check(None, "positive", "UPPER"), Check(None, "between", "UPPER")),
            )
        ),
        schema(table(Col("UPPER", "integer"), checks=(Check(None, "positive", "UPPER"),))),
    ),
}


def test_what_was_found(subtests: pytest.Subtests) -> None:
    all_hold("duckdb", CASES, subtests)
