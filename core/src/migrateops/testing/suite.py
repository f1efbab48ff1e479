"""What every dialect pack has to do, as pytest classes to derive from.

A pack's tests have one class for each of these, and a fixture ``conformance_url`` that returns the url
of an empty database, or of an empty schema, anew for each test.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any, ClassVar

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrateops.dialects import Dialect, Lock, SessionLock
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.database import NoLongerAtomic
from migrateops.errors.operations import NotReversible
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.examples import Example, examples
from migrateops.testing.state import expected, look, make
from migrateops.testing.written import REFUSED, as_sql, run_script

CODES = frozenset({"MO313", "MO315"})
"""How a pack refuses: the server cannot do it, or the call lacks what the server needs."""


class Conformance:
    """What the suites have in common.

    Attributes:
        dialect: SQLAlchemy's name of the dialect.
    """

    dialect: ClassVar[str]

    @pytest.fixture
    def conformance_engine(self, conformance_url: str) -> Iterator[Engine]:
        engine = create_engine(conformance_url, poolclass=NullPool)
        yield engine
        engine.dispose()

    @pytest.fixture
    def connection(self, conformance_engine: Engine) -> Iterator[Connection]:
        with conformance_engine.connect() as connection:
            yield connection

    @pytest.fixture
    def pack(self, connection: Connection) -> Dialect:
        found: Dialect = MigrationContext.configure(connection).pack
        return found


class Lifecycle(Conformance):
    """Every example: run, compare, take back, compare with the start, run again; and the same from its SQL.

    Attributes:
        refuses: Names of examples that the server cannot do: they must be refused with a code, with
            nothing changed.
        stays_changed: Names of examples that cannot be taken back without a trace, and why.
        stays: Names of examples of which the server refuses the opposite, and why; nothing is changed then.
    """

    refuses: ClassVar[frozenset[str]] = frozenset()
    stays_changed: ClassVar[dict[str, str]] = {}
    stays: ClassVar[dict[str, str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "example" in metafunc.fixturenames:
            known = [example for example in examples.of(self.dialect) if example.runs]
            metafunc.parametrize("example", known, ids=lambda example: example.name)

    def test_what_is_said_of_examples_is_said_of_ones_that_there_are(self) -> None:
        named = {*self.refuses, *self.stays_changed, *self.stays}
        assert named - {one.name for one in examples.of(self.dialect)} == set()

    def test_it_does_what_it_says_and_is_taken_back(self, example: Example, connection: Connection) -> None:
        operation = example.operation()
        operations = Operations(MigrationContext.configure(connection))
        also = example.also
        if example.name in self.refuses:
            make(example.before, connection)
            start = look(connection, also)
            with pytest.raises(MigrateOpsError) as caught:
                operations.invoke(operation)
            assert caught.value.code in CODES
            assert look(connection, also) == start
            return
        after = expected(example.after, connection, also)
        make(example.before, connection)
        start = look(connection, also)
        assert start != after
        operations.invoke(operation)
        connection.commit()
        assert look(connection, also) == after
        if not example.reversible:
            with pytest.raises(NotReversible):
                operation.reverse()
            return
        if example.name in self.stays:
            with pytest.raises((DBAPIError, MigrateOpsError)):
                operations.invoke(operation.reverse())
            connection.rollback()
            assert look(connection, also) == after
            return
        operations.invoke(operation.reverse())
        connection.commit()
        taken_back = look(connection, also)
        assert (taken_back != start) == (example.name in self.stays_changed)
        operations.invoke(operation.reverse().reverse())
        connection.commit()
        assert look(connection, also) == after

    def test_its_sql_does_the_same(self, example: Example, connection: Connection) -> None:
        text = as_sql(example.operation(), self.dialect)
        if text.startswith(REFUSED):
            # Without a connection less is known; what runs offline may still ask for more.
            assert text.removeprefix(REFUSED).split()[0] in CODES
            return
        assert example.name not in self.refuses
        after = expected(example.after, connection, example.also)
        make(example.before, connection)
        run_script(connection, text)
        assert look(connection, example.also) == after


class Written:
    """Every example as SQL, without a server: written whole, or refused with a code and nothing written.

    Attributes:
        dialect: SQLAlchemy's name of the dialect.
    """

    dialect: ClassVar[str]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "example" in metafunc.fixturenames:
            metafunc.parametrize("example", examples.of(self.dialect), ids=lambda example: example.name)

    def test_it_is_written_or_refused(self, example: Example) -> None:
        text = as_sql(example.operation(), self.dialect)
        if text.startswith(REFUSED):
            assert text.removeprefix(REFUSED).split()[0] in CODES
            return
        pack: Dialect = MigrationContext.configure(dialect_name=self.dialect, opts={"as_sql": True}).pack
        # Behind the last statement as behind all others.
        assert text.rstrip("\n").endswith(pack.separator({}) or pack.terminator)

    def test_its_opposite_is_written_or_refused(self, example: Example) -> None:
        if not example.reversible:
            with pytest.raises(NotReversible):
                example.operation().reverse()
            return
        text = as_sql(example.operation().reverse(), self.dialect)
        assert not text.startswith(REFUSED) or text.removeprefix(REFUSED).split()[0] in CODES

    def test_the_opposite_of_its_opposite_is_written_as_it_is(self, example: Example) -> None:
        if example.reversible:
            again = example.operation().reverse().reverse()
            assert as_sql(again, self.dialect) == as_sql(example.operation(), self.dialect)


class Transactions(Conformance):
    """Steps that are done whole or not at all, and connections that are left as they were."""

    @staticmethod
    def table(connection: Connection) -> Table:
        made = Table("conformance", MetaData(), Column("id", Integer))
        made.create(connection)
        connection.commit()
        return made

    def test_what_fails_leaves_nothing_behind(self, connection: Connection, pack: Dialect) -> None:
        capable = pack.capabilities(pack.server_version(connection)).transactional_ddl
        connection.rollback()
        transaction = pack.begin(connection)
        Table("conformance", MetaData(), Column("id", Integer)).create(connection)
        transaction.rollback()
        transaction.rollback()
        assert not connection.in_transaction()
        assert inspect(connection).has_table("conformance") == (not capable)

    def test_what_is_committed_is_seen_elsewhere(
        self, connection: Connection, pack: Dialect, conformance_engine: Engine
    ) -> None:
        table = self.table(connection)
        transaction = pack.begin(connection)
        assert transaction.owned
        connection.execute(table.insert().values(id=1))
        transaction.commit()
        assert not connection.in_transaction()
        with conformance_engine.connect() as other:
            assert other.execute(select(table)).scalars().all() == [1]

    def test_a_transaction_that_ended_under_the_step_is_noticed(
        self, connection: Connection, pack: Dialect
    ) -> None:
        table = self.table(connection)
        transaction = pack.begin(connection)
        connection.execute(table.insert().values(id=1))
        connection.rollback()
        with pytest.raises(NoLongerAtomic):
            transaction.check()
        transaction.rollback()

    def test_the_caller_ends_what_the_caller_has_begun(self, connection: Connection, pack: Dialect) -> None:
        table = self.table(connection)
        connection.begin()
        joined = pack.join(connection)
        assert not joined.owned
        connection.execute(table.insert().values(id=1))
        joined.commit()
        assert connection.in_transaction()
        connection.rollback()
        assert connection.execute(select(table)).all() == []

    def test_outside_of_transactions_each_statement_is_committed(
        self, connection: Connection, pack: Dialect, conformance_engine: Engine
    ) -> None:
        table = self.table(connection)
        before = connection.get_isolation_level()
        connection.rollback()
        restore = pack.autocommit(connection)
        connection.execute(table.insert().values(id=1))
        with conformance_engine.connect() as other:
            assert other.execute(select(table)).scalars().all() == [1]
        restore()
        assert not connection.in_transaction()
        assert connection.get_isolation_level() == before
        connection.rollback()


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


class Probes(Conformance):
    """The rows of the version table, read by the driver alone."""

    @pytest.fixture
    def heads(self) -> Any:
        (found,) = entry_points(group="migrateops.probes", name=self.dialect)
        return found.load().heads

    def test_it_reads_what_the_run_would_read(
        self, heads: Any, conformance_engine: Engine, conformance_url: str
    ) -> None:
        # Some databases let one connection in at a time.
        with conformance_engine.connect() as connection:
            pack: Dialect = MigrationContext.configure(connection).pack
            table = pack.version_table("migrateops_version", None, primary_key=True)
        # Without a table it may be in doubt.
        assert heads(conformance_url, "migrateops_version", None) in ((), None)
        with conformance_engine.begin() as connection:
            table.create(connection)
        assert heads(conformance_url, "migrateops_version", None) == ()
        with conformance_engine.begin() as connection:
            connection.execute(table.insert(), [{"version_num": "b"}, {"version_num": "a"}])
        assert sorted(heads(conformance_url, "migrateops_version", None)) == ["a", "b"]

    def test_in_doubt_it_says_nothing(self, heads: Any, conformance_url: str) -> None:
        mark = "&" if "?" in conformance_url else "?"
        assert heads(f"{conformance_url}{mark}nobody_knows_this=1", "migrateops_version", None) is None
