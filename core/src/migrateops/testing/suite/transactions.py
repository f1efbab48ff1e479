"""What is around a step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, inspect, select

from migrateops import errors
from migrateops.dialects import Dialect
from migrateops.testing.suite.conformance import Conformance


class Transactions(Conformance):
    """Steps that are done whole or not at all, and connections that are left as they were."""

    @staticmethod
    def table(connection: Connection) -> Table:
        made = Table("conformance", MetaData(), Column("id", Integer))
        made.create(connection)
        connection.commit()
        return made

    @staticmethod
    def rows(table: Table, engine: Engine) -> list[int]:
        """Return what another connection sees."""
        with engine.connect() as other:
            return list(other.execute(select(table.c.id).order_by(table.c.id)).scalars())

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
        assert self.rows(table, conformance_engine) == []
        transaction.check()
        transaction.commit()
        assert (transaction.atomic, transaction.notes) == (True, [])
        assert not connection.in_transaction()
        assert self.rows(table, conformance_engine) == [1]

    def test_a_transaction_that_ended_under_the_step_is_noticed(
        self, connection: Connection, pack: Dialect
    ) -> None:
        table = self.table(connection)
        transaction = pack.begin(connection)
        connection.execute(table.insert().values(id=1))
        connection.rollback()
        with pytest.raises(errors.database.NoLongerAtomic):
            transaction.check()
        with pytest.raises(errors.database.NoLongerAtomic):
            transaction.commit()
        transaction.rollback()
        assert not connection.in_transaction()

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
        assert self.rows(table, conformance_engine) == [1]
        restore()
        assert not connection.in_transaction()
        assert connection.get_isolation_level() == before
        connection.rollback()


class AutocommitTransactions(Transactions):
    """The same where the connection is in autocommit, and SQLAlchemy's transactions are none of the server's.

    Attributes:
        own: Whether a step that joins such a transaction is in one of its own; False where the driver lets
            SQLAlchemy end what the pack begins, or nobody can.
    """

    own: ClassVar[bool] = True

    @pytest.fixture
    def connection(self, conformance_engine: Engine) -> Iterator[Connection]:
        made = conformance_engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with made as connection:
            yield connection

    def test_the_caller_ends_what_the_caller_has_begun(self, connection: Connection, pack: Dialect) -> None:
        """What has reached the server, by the caller's own words."""
        table = self.table(connection)
        connection.exec_driver_sql("BEGIN")
        joined = pack.join(connection)
        assert not joined.owned
        connection.execute(table.insert().values(id=1))
        joined.commit()
        connection.exec_driver_sql("ROLLBACK")
        assert connection.execute(select(table)).all() == []

    def test_a_step_in_a_transaction_that_is_none_is_in_one_of_its_own(
        self, connection: Connection, pack: Dialect, conformance_engine: Engine
    ) -> None:
        table = self.table(connection)
        with connection.begin() as callers:
            step = pack.join(connection)
            assert step.owned == self.own
            if not self.own:
                step.rollback()
                return
            connection.execute(table.insert().values(id=1))
            assert self.rows(table, conformance_engine) == []
            step.commit()
            assert self.rows(table, conformance_engine) == [1]
            assert callers.is_active
            step = pack.join(connection)
            connection.execute(table.insert().values(id=2))
            step.rollback()
        assert self.rows(table, conformance_engine) == [1]
