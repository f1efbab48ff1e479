"""At most one run at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine

from migrateops.dialects import Dialect, Lock, SessionLock
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
