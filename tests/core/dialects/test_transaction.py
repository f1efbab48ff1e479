"""The default: what SQLAlchemy and the driver do by themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from migrateops.dialects.transaction import begin, join
from migrateops.errors.database import NoLongerAtomic


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgresql_url)
    yield engine
    engine.dispose()


def tables(engine: sa.Engine) -> list[str]:
    return sa.inspect(engine).get_table_names()


def test_begin(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        step = begin(connection)
        connection.exec_driver_sql("CREATE TABLE one (x int)")
        assert tables(engine) == []
        step.check()
        step.commit()
        assert (step.owned, step.atomic, step.notes) == (True, True, [])
        assert tables(engine) == ["one"]
        step = begin(connection, rebuilds=True)
        connection.exec_driver_sql("CREATE TABLE two (x int)")
        step.rollback()
        step.rollback()
        assert not connection.in_transaction()
    assert tables(engine) == ["one"]


def test_join(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        step = join(connection)
        connection.exec_driver_sql("CREATE TABLE one (x int)")
        step.commit()
        assert not step.owned
        assert tables(engine) == []
    assert tables(engine) == ["one"]
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        step = join(connection)
        connection.exec_driver_sql("CREATE TABLE two (x int)")
        step.rollback()
        assert connection.in_transaction()
        connection.rollback()
    assert tables(engine) == ["one"]


def test_a_commit_by_the_script_is_seen(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        for opens in (begin, join):
            if opens is join:
                connection.exec_driver_sql("SELECT 1")
            step = opens(connection)
            connection.exec_driver_sql("SELECT 1")
            connection.commit()
            connection.exec_driver_sql("SELECT 1")
            with pytest.raises(NoLongerAtomic) as caught:
                step.commit()
            assert caught.value.code == "MO401"
            step.rollback()
            connection.rollback()


def test_a_failed_commit_can_be_rolled_back(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        step = begin(connection)
        connection.exec_driver_sql("CREATE TABLE p (id int PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
        connection.exec_driver_sql("INSERT INTO c VALUES (1)")
        with pytest.raises(IntegrityError):
            step.commit()
        step.rollback()
        begin(connection).commit()
    assert tables(engine) == []
