"""Keys, and that a waiter keeps nobody waiting; what all locks have to do is in test_conformance.py."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from migrateops.dialects import Lock
from migrateops_postgresql.dialect import PostgreSQLDialect
from migrateops_postgresql.lock import AdvisoryLock


@pytest.fixture
def locks(engine: sa.Engine) -> Iterator[tuple[AdvisoryLock, AdvisoryLock]]:
    key = f"test.public.{uuid4().hex}"
    pair = AdvisoryLock(engine, key), AdvisoryLock(engine, key)
    yield pair
    for lock in pair:
        lock.release()


Pair = tuple[AdvisoryLock, AdvisoryLock]


def test_a_waiter_is_in_no_transaction(locks: Pair, engine: sa.Engine) -> None:
    first, second = locks
    assert first.try_acquire()
    assert not second.try_acquire()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE TABLE t (x int)")
        connection.exec_driver_sql("SET lock_timeout = '5s'")
        connection.exec_driver_sql("CREATE INDEX CONCURRENTLY ix ON t (x)")
        assert sa.inspect(connection).get_indexes("t")[0]["name"] == "ix"


def test_keys(engine: sa.Engine) -> None:
    lock: Lock = PostgreSQLDialect().lock(engine, "x" * 1000)
    assert isinstance(lock, AdvisoryLock)
    assert lock.key != AdvisoryLock(engine, "x" * 1001).key
    assert -(2**63) <= lock.key < 2**63
    # What another release of the pack has to agree with.
    assert AdvisoryLock(engine, "db.public.migrateops_version").key == 6351761373292732463
