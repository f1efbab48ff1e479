"""One holder at a time, and a holder that knows when it is none any more."""

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


def test_one_holder(locks: Pair) -> None:
    first, second = locks
    assert not first.held()
    assert first.try_acquire()
    assert first.held()
    assert not second.try_acquire()
    assert not second.held()
    first.release()
    assert not first.held()
    assert second.try_acquire()
    first.release()


def test_taken_twice_is_released_once(locks: Pair) -> None:
    first, second = locks
    assert first.try_acquire()
    assert first.try_acquire()
    first.release()
    assert second.try_acquire()


def test_a_lost_session_has_lost_it(locks: Pair, engine: sa.Engine) -> None:
    first, second = locks
    assert first.try_acquire()
    with engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND CAST(objid AS bigint) = :low"
            ),
            {"low": first.key & 0xFFFF_FFFF},
        )
    assert not first.held()
    assert second.try_acquire()
    assert not first.try_acquire()
    first.release()


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
