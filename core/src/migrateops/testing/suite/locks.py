"""At most one run at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar, NamedTuple

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from migrateops.dialects import Dialect, Lock, SessionLock, Transaction, TransactionLock
from migrateops.testing.suite.conformance import Conformance


class Locks(Conformance):
    """At most one run at a time.

    Attributes:
        by_key: Whether two keys are two locks; False where a database has one lock.
    """

    by_key: ClassVar[bool] = True

    @pytest.fixture
    def locks(self, conformance_engine: Engine, pack: Dialect) -> Iterator[tuple[Lock, Lock, Lock]]:
        """Two locks of one key, and one of another."""
        keys = ("conformance", "conformance", "another key" * 20)
        made = [lock for key in keys if (lock := pack.lock(conformance_engine, key)) is not None]
        first, second, other = made
        yield first, second, other
        for lock in made:
            lock.release()
            lock.release()

    def test_one_holds_it(self, locks: tuple[Lock, Lock, Lock]) -> None:
        first, second, other = locks
        assert not first.held()
        assert first.try_acquire()
        assert first.held()
        assert not second.try_acquire()
        assert not second.held()
        assert other.try_acquire() == self.by_key
        first.release()
        assert not first.held()
        assert second.try_acquire()
        # Of one that does not hold it.
        first.release()
        assert second.held()

    def test_taken_twice_it_is_given_back_once(self, locks: tuple[Lock, Lock, Lock]) -> None:
        first, second, _ = locks
        assert first.try_acquire()
        assert first.try_acquire()
        first.release()
        assert second.try_acquire()


class SessionLocks(Locks):
    """Locks made of ``migrateops.dialects.SessionLock``, which end with their session."""

    def end_session(self, lock: SessionLock, engine: Engine) -> None:
        """End the session that holds the lock; here from its own side.

        Args:
            lock: The lock, which is held.
            engine: For a connection of which the server can be told to end the other one.
        """
        assert lock.connection is not None
        driver: Any = lock.connection.connection.driver_connection
        driver.close()

    def test_a_lost_session_has_lost_it(
        self, locks: tuple[Lock, Lock, Lock], conformance_engine: Engine
    ) -> None:
        first, second, _ = locks
        assert isinstance(first, SessionLock)
        assert first.try_acquire()
        self.end_session(first, conformance_engine)
        assert not first.held()
        # The server may take a moment to see it.
        for _ in range(500):
            if second.try_acquire():
                break
            time.sleep(0.02)
        assert second.held()
        assert not first.try_acquire()


class Guarded(NamedTuple):
    """A transaction that the pack has begun on a connection of its own, and a lock for it, not yet taken."""

    transaction: Transaction
    lock: TransactionLock


class TransactionLocks(Conformance):
    """Locks made of ``migrateops.dialects.TransactionLock``, and those of ``lock()`` for their key."""

    @pytest.fixture
    def session(self, conformance_engine: Engine, pack: Dialect) -> Iterator[Lock]:
        """The lock of the other kind."""
        lock = pack.lock(conformance_engine, "conformance")
        assert lock is not None
        yield lock
        lock.release()

    @pytest.fixture
    def guarded(self, conformance_engine: Engine, pack: Dialect) -> Iterator[tuple[Guarded, Guarded]]:
        with conformance_engine.connect() as one, conformance_engine.connect() as two:
            made = []
            for connection in (one, two):
                lock = pack.transaction_lock(connection, "conformance")
                assert lock is not None
                made.append(Guarded(pack.begin(connection), lock))
            yield made[0], made[1]
            for transaction, lock in made:
                transaction.rollback()
                lock.release()

    def test_one_holds_it_until_the_transaction_ends(
        self, guarded: tuple[Guarded, Guarded], session: Lock
    ) -> None:
        (transaction, first), (_, second) = guarded
        assert not first.held()
        assert first.try_acquire()
        assert first.held()
        assert not second.try_acquire()
        assert not session.try_acquire()
        transaction.commit()
        assert not first.held()
        assert session.try_acquire()
        first.release()
        assert session.held()

    def test_what_is_rolled_back_gives_it_back(self, guarded: tuple[Guarded, Guarded], session: Lock) -> None:
        (transaction, first), _ = guarded
        assert first.try_acquire()
        transaction.rollback()
        assert not first.held()
        assert session.try_acquire()

    def test_whoever_has_it_of_a_session_keeps_it(
        self, guarded: tuple[Guarded, Guarded], session: Lock
    ) -> None:
        (_, first), (_, second) = guarded
        assert session.try_acquire()
        assert not first.try_acquire()
        assert not first.held()
        session.release()
        assert second.try_acquire()

    @pytest.mark.parametrize("end", ["commit", "rollback"])
    def test_it_outlasts_the_transaction_if_told_to(
        self, guarded: tuple[Guarded, Guarded], session: Lock, end: str
    ) -> None:
        (transaction, first), _ = guarded
        assert first.try_acquire()
        first.outlast()
        first.outlast()
        getattr(transaction, end)()
        assert first.held()
        assert not session.try_acquire()
        first.connection.rollback()
        first.release()
        assert not first.held()
        assert not first.connection.in_transaction()
        assert session.try_acquire()

    def test_a_transaction_that_has_failed_cannot_keep_it_from_others(
        self, guarded: tuple[Guarded, Guarded], session: Lock
    ) -> None:
        """Whoever is in it gives the lock back with the session."""
        (transaction, first), _ = guarded
        assert first.try_acquire()
        first.outlast()
        with suppress(DBAPIError):
            first.connection.exec_driver_sql("SELECT nothing_like_it")
        first.release()
        transaction.rollback()
        for _ in range(500):
            if session.try_acquire():
                break
            time.sleep(0.02)
        assert session.held()
