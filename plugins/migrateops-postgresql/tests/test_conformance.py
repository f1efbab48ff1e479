"""The pack does what every pack has to do."""

from __future__ import annotations

from typing import ClassVar

import pytest
import sqlalchemy as sa

from migrateops.dialects import SessionLock
from migrateops.testing import suite
from migrateops_postgresql.lock import AdvisoryLock
from tests.servers import Schema


@pytest.fixture
def conformance_url(postgresql_schema: Schema) -> str:
    return postgresql_schema.url


class TestLifecycle(suite.Lifecycle):
    dialect = "postgresql"
    refuses: ClassVar[frozenset[str]] = frozenset()


class TestBatches(suite.Batches):
    dialect = "postgresql"


class TestWritten(suite.Written):
    dialect = "postgresql"


class TestTransactions(suite.Transactions):
    dialect = "postgresql"


class TestAutocommitTransactions(suite.AutocommitTransactions):
    dialect = "postgresql"


class TestLocks(suite.SessionLocks):
    dialect = "postgresql"

    def end_session(self, lock: SessionLock, engine: sa.Engine) -> None:
        assert isinstance(lock, AdvisoryLock)
        with engine.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND CAST(objid AS bigint) = :low"
                ),
                {"low": lock.key & 0xFFFF_FFFF},
            )


class TestTransactionLocks(suite.TransactionLocks):
    dialect = "postgresql"


class TestProbes(suite.Probes):
    dialect = "postgresql"
