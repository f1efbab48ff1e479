"""The pack does what every pack has to do."""

from __future__ import annotations

from typing import ClassVar

import pytest

from migrateops.testing import suite


@pytest.fixture
def conformance_url(mariadb_url: str) -> str:
    return mariadb_url.replace("mysql+", "mariadb+", 1)


class TestLifecycle(suite.Lifecycle):
    dialect = "mariadb"
    stays: ClassVar[dict[str, str]] = {
        "add_column/foreign_key": "a column cannot be dropped before its foreign key is",
        "add_column/inline_references": "a column cannot be dropped before its foreign key is",
    }


class TestTransactions(suite.Transactions):
    dialect = "mariadb"


class TestLocks(suite.Locks):
    dialect = "mariadb"


class TestProbes(suite.Probes):
    dialect = "mariadb"
