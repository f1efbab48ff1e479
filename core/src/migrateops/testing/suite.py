"""What every dialect pack has to do, as pytest classes to derive from.

A pack's tests have one class for each of these, and a fixture ``conformance_url`` that returns the url
of an empty database, or of an empty schema, anew for each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any, ClassVar

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrateops.dialects import Dialect
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
        if example.name in self.refuses:
            make(example.before, connection)
            start = look(connection)
            with pytest.raises(MigrateOpsError) as caught:
                operations.invoke(operation)
            assert caught.value.code in CODES
            assert look(connection) == start
            return
        after = expected(example.after, connection)
        make(example.before, connection)
        start = look(connection)
        assert start != after
        operations.invoke(operation)
        connection.commit()
        assert look(connection) == after
        if not example.reversible:
            with pytest.raises(NotReversible):
                operation.reverse()
            return
        if example.name in self.stays:
            with pytest.raises((DBAPIError, MigrateOpsError)):
                operations.invoke(operation.reverse())
            connection.rollback()
            assert look(connection) == after
            return
        operations.invoke(operation.reverse())
        connection.commit()
        taken_back = look(connection)
        assert (taken_back != start) == (example.name in self.stays_changed)
        operations.invoke(operation.reverse().reverse())
        connection.commit()
        assert look(connection) == after

    def test_its_sql_does_the_same(self, example: Example, connection: Connection) -> None:
        text = as_sql(example, self.dialect)
        if text.startswith(REFUSED):
            # Without a connection less is known; what runs offline may still ask for more.
            assert text.removeprefix(REFUSED).split()[0] in CODES
            return
        assert example.name not in self.refuses
        after = expected(example.after, connection)
        make(example.before, connection)
        run_script(connection, text)
        assert look(connection) == after


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

    def test_one_holds_it(self, conformance_engine: Engine, pack: Dialect) -> None:
        first, second = (pack.lock(conformance_engine, "conformance") for _ in range(2))
        other = pack.lock(conformance_engine, "another key" * 20)
        assert first is not None
        assert second is not None
        assert other is not None
        try:
            assert first.try_acquire()
            assert first.held()
            assert not second.try_acquire()
            assert not second.held()
            assert other.try_acquire() == self.by_key
            first.release()
            assert not first.held()
            assert second.try_acquire()
        finally:
            for lock in (first, second, other):
                lock.release()
                lock.release()


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
