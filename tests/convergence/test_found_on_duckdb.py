"""Pairs of schemas that once broke a law on DuckDB, reduced to what it took."""

from __future__ import annotations

import pytest

from tests.convergence.schemas import Col
from tests.convergence.test_found import EMPTY, ONE, all_hold, schema, table

CASES = {
    "a table that numbers itself comes": (
        EMPTY,
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
    ),
}


def test_what_was_found(subtests: pytest.Subtests) -> None:
    all_hold("duckdb", CASES, subtests)
