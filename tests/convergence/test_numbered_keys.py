"""Keys that number themselves and get a type that does not: what gave the numbers goes in the same script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.convergence.schemas import Col, Reference
from tests.convergence.test_found import ONE, all_hold, schema, table

NUMBERED = Col("id", "integer", nullable=False, numbered=True)
FRACTION = Col("id", "numeric12", nullable=False)
TO_T = Reference("fk_u", ("a",), "t", ("id",))
CASES = {
    "it is a number with a fraction": (
        schema(table(NUMBERED, ONE, key=("id",))),
        schema(table(FRACTION, ONE, key=("id",))),
    ),
    "it gets a default of its own": (
        schema(table(NUMBERED, ONE, key=("id",))),
        schema(table(replace(FRACTION, default="sum"), ONE, key=("id",))),
    ),
    "it is no key any more": (
        schema(table(NUMBERED, ONE, key=("id",))),
        schema(table(FRACTION, ONE, key=("a",))),
    ),
    "another table refers to it": (
        schema(table(NUMBERED, ONE, key=("id",)), table(ONE, name="u", references=(TO_T,))),
        schema(table(FRACTION, ONE, key=("id",)), table(Col("a", "numeric12"), name="u", references=(TO_T,))),
    ),
}


@pytest.mark.parametrize(
    "dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "duckdb"]
)
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:duckdb-engine doesn't")
def test_one_script_is_enough(dialect: str, subtests: pytest.Subtests) -> None:
    all_hold(dialect, CASES, subtests)
