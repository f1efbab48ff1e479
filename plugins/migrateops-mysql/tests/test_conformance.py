"""The pack does what every pack has to do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops.dialects import SessionLock
from migrateops.testing import suite
from migrateops_mysql.lock import NamedLock


@pytest.fixture
def conformance_url(mariadb_url: str) -> str:
    return mariadb_url.replace("mysql+", "mariadb+", 1)


class TestLifecycle(suite.Lifecycle):
    dialect = "mariadb"


class TestBatches(suite.Batches):
    dialect = "mariadb"


class TestWritten(suite.Written):
    dialect = "mariadb"


class TestWrittenForMySQL(suite.Written):
    dialect = "mysql"


class TestTransactions(suite.Transactions):
    dialect = "mariadb"


class TestAutocommitTransactions(suite.AutocommitTransactions):
    dialect = "mariadb"
    own = False


class TestLocks(suite.SessionLocks):
    dialect = "mariadb"

    def end_session(self, lock: SessionLock, engine: sa.Engine) -> None:
        assert isinstance(lock, NamedLock)
        with engine.connect() as connection:
            used = sa.text("SELECT IS_USED_LOCK(:name)")
            connection.exec_driver_sql(f"KILL {connection.execute(used, {'name': lock.name}).scalar_one()}")


class TestProbes(suite.Probes):
    dialect = "mariadb"
