"""SQLite, the pack in core, does what every pack has to do."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from migrateops.dialects.sqlite import probe
from migrateops.testing import examples, suite


@pytest.fixture
def conformance_url(sqlite_url: str) -> str:
    return sqlite_url


class TestLifecycle(suite.Lifecycle):
    dialect = "sqlite"
    refuses: ClassVar[frozenset[str]] = frozenset(
        {
            "add_column/foreign_key",
            "add_column/if_not_exists",
            "add_column/unique",
            "alter_column/all_at_once",
            "alter_column/comment",
            "alter_column/default",
            "alter_column/no_comment",
            "alter_column/no_default",
            "alter_column/not_null",
            "alter_column/null",
            "alter_column/type",
            "create_check_constraint/plain",
            "create_foreign_key/actions",
            "create_foreign_key/plain",
            "create_primary_key/plain",
            "create_table_comment/changed",
            "create_table_comment/plain",
            "create_unique_constraint/plain",
            "drop_column/if_exists",
            "drop_constraint/check",
            "drop_constraint/foreignkey",
            "drop_constraint/if_exists",
            "drop_constraint/primary",
            "drop_constraint/unique",
            "drop_table_comment/plain",
        }
    )
    stays: ClassVar[dict[str, str]] = {
        "add_column/index": "a column with an index can be dropped in a batch only",
    }


class TestBatches(suite.Batches):
    dialect = "sqlite"
    refuses: ClassVar[frozenset[str]] = frozenset({"add_column/if_not_exists", "drop_column/if_exists"})


class TestWritten(suite.Written):
    dialect = "sqlite"


class TestTransactions(suite.Transactions):
    dialect = "sqlite"


class TestAutocommitTransactions(suite.AutocommitTransactions):
    dialect = "sqlite"
    own = False


class TestLocks(suite.Locks):
    dialect = "sqlite"
    by_key = False


class TestProbes(suite.Probes):
    dialect = "sqlite"

    @pytest.fixture
    def heads(self) -> Any:
        return probe.heads


def test_every_operation_of_core_has_examples() -> None:
    assert examples.without("migrateops") == set()
