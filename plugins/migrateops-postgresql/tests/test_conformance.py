"""The pack does what every pack has to do."""

from __future__ import annotations

from typing import ClassVar

import pytest

from migrateops.testing import suite
from tests.servers import Schema


@pytest.fixture
def conformance_url(postgresql_schema: Schema) -> str:
    return postgresql_schema.url


class TestLifecycle(suite.Lifecycle):
    dialect = "postgresql"
    refuses: ClassVar[frozenset[str]] = frozenset()


class TestTransactions(suite.Transactions):
    dialect = "postgresql"


class TestLocks(suite.Locks):
    dialect = "postgresql"


class TestProbes(suite.Probes):
    dialect = "postgresql"
