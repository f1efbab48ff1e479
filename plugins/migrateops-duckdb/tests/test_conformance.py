"""The pack does what every pack has to do."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from migrateops.testing import suite


@pytest.fixture
def conformance_url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'test.duckdb'}"


class TestLifecycle(suite.Lifecycle):
    dialect = "duckdb"
    refuses: ClassVar[frozenset[str]] = frozenset(
        {
            "create_table/computed",
            "add_column/unique",
            "add_column/check",
            "add_column/foreign_key",
            "add_column/inline_references",
            "create_unique_constraint/plain",
            "create_foreign_key/plain",
            "create_foreign_key/actions",
            "create_check_constraint/plain",
            "drop_constraint/primary",
            "drop_constraint/unique",
            "drop_constraint/foreignkey",
            "drop_constraint/check",
            "drop_constraint/if_exists",
        }
    )
    stays: ClassVar[dict[str, str]] = {
        "add_column/index": "a column with an index cannot be dropped in a transaction",
        "create_primary_key/plain": "no constraint can be dropped",
    }


class TestBatches(suite.Batches):
    dialect = "duckdb"
    refuses: ClassVar[frozenset[str]] = frozenset(
        {
            "create_foreign_key/actions",
            # The engine keeps no names, so nobody knows whether there is one.
            "drop_constraint/if_exists",
        }
    )


class TestWritten(suite.Written):
    dialect = "duckdb"


class TestTransactions(suite.Transactions):
    dialect = "duckdb"


class TestAutocommitTransactions(suite.AutocommitTransactions):
    dialect = "duckdb"


class TestLocks(suite.Locks):
    dialect = "duckdb"
    by_key = False


class TestProbes(suite.Probes):
    dialect = "duckdb"
