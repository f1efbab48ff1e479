"""Keys, and that a waiter keeps nobody waiting; what all locks have to do is in test_conformance.py."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from migrateops.dialects import Lock
from migrateops_mysql.dialect import MySQLDialect
from migrateops_mysql.lock import NamedLock


@pytest.fixture
def locks(engine: sa.Engine) -> Iterator[tuple[NamedLock, NamedLock]]:
    key = f"test/{uuid4().hex}"
    pair = NamedLock(engine, key), NamedLock(engine, key)
    yield pair
    for lock in pair:
        lock.release()


Pair = tuple[NamedLock, NamedLock]


def test_a_waiter_is_in_no_transaction(locks: Pair, engine: sa.Engine) -> None:
    first, second = locks
    assert first.try_acquire()
    assert not second.try_acquire()
    with engine.connect() as connection:
        transactions = "SELECT count(*) FROM information_schema.INNODB_TRX"
        own = "SELECT CONNECTION_ID()"
        used = "SELECT IS_USED_LOCK(:name)"
        holder = connection.execute(sa.text(used), {"name": first.name}).scalar_one()
        assert holder != connection.exec_driver_sql(own).scalar_one()
        of_holder = sa.text(f"{transactions} WHERE trx_mysql_thread_id = :holder")
        assert connection.execute(of_holder, {"holder": holder}).scalar_one() == 0


def test_keys(engine: sa.Engine) -> None:
    lock: Lock = MySQLDialect().lock(engine, "x" * 1000)
    assert isinstance(lock, NamedLock)
    assert lock.name != NamedLock(engine, "x" * 1001).name
    assert len(lock.name) <= 64
    # What another release of the pack has to agree with.
    assert NamedLock(engine, "db/migrateops_version").name == "migrateops:90f3d391a86e449f6d1976ec124ade90"
