"""Tables and indexes that take over each other's names, where both share one name space and where not."""

from __future__ import annotations

import pytest

from tests.convergence.schemas import Col, Index, Part, Reference, Unique
from tests.convergence.test_found import ONE, all_hold, schema, table

ID = Col("id", "integer", nullable=False)
TO_X = Col("x_id", "integer")
ON_A = (Part("a"),)


def indexed(name: str) -> Index:
    return Index(name, ON_A)


REFERS = (Reference("fk_x", ("x_id",), "x", ("id",)),)
CASES = {
    "an index of a table that is there gets the name of a table that goes": (
        schema(table(ONE), table(ID, name="x", key=("id",))),
        schema(table(ONE, indexes=(indexed("x"),))),
    ),
    "an index of a new table gets the name of a table that goes": (
        schema(table(ID, name="x", key=("id",))),
        schema(table(ONE, indexes=(indexed("x"),))),
    ),
    "a new table gets the name of an index that goes": (
        schema(table(ONE, indexes=(indexed("x"),))),
        schema(table(ONE), table(ID, name="x", key=("id",))),
    ),
    "a new table gets the name of an index that changes its own": (
        schema(table(ONE, indexes=(indexed("x"),))),
        schema(table(ONE, indexes=(indexed("y"),)), table(ID, name="x", key=("id",))),
    ),
    "a new table gets the name of an index of a table that goes": (
        schema(table(ONE, indexes=(indexed("x"),))),
        schema(table(ID, name="x", key=("id",))),
    ),
    "a table and an index exchange their names": (
        schema(table(ONE, indexes=(indexed("x"),)), table(ONE, name="y")),
        schema(table(ONE, indexes=(indexed("y"),)), table(ONE, Col("b", "date"), name="x")),
    ),
    "the table that goes is referred to by one that gets the index": (
        schema(table(ID, name="x", key=("id",)), table(ONE, TO_X, references=REFERS)),
        schema(table(ONE, TO_X, indexes=(indexed("x"),))),
    ),
    "the table that goes is referred to by one that goes": (
        schema(table(ONE), table(ID, name="x", key=("id",)), table(TO_X, name="u", references=REFERS)),
        schema(table(ONE, indexes=(indexed("x"),))),
    ),
    "the table that goes refers to one that loses a column": (
        schema(
            table(ID, ONE, Col("k", "integer", nullable=False), unique=(Unique("uq_k", ("k",)),)),
            table(ID, name="x", references=(Reference("fk_t", ("id",), "t", ("k",)),)),
        ),
        schema(table(ID, ONE, indexes=(indexed("x"),))),
    ),
}


@pytest.mark.parametrize(
    "dialect",
    [
        "sqlite",
        *(pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("postgresql", "mariadb")),
        "duckdb",
    ],
)
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:duckdb-engine doesn't")
def test_names_are_handed_over(dialect: str, subtests: pytest.Subtests) -> None:
    all_hold(dialect, CASES, subtests)
