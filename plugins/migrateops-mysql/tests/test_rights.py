"""Reading as a user who may not do all: what is shown is read whole, or it is said that it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrateops.errors.autogenerate import SchemaNotRead
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot.records import TableRecord
from migrateops_mysql.dialect import MySQLDialect
from tests.core.autogenerate.roundtrip import difference

Restricted = Callable[..., sa.Connection]


@contextmanager
def user(connection: sa.Connection, *grants: str) -> Iterator[str]:
    """Make a user who may do what is said in the database, and drop it afterwards."""
    name = f"migrateops_{uuid4().hex[:16]}"
    connection.exec_driver_sql(f"CREATE USER {name}@'%%' IDENTIFIED BY 'x'")
    try:
        for grant in grants:
            connection.exec_driver_sql(f"GRANT {grant} TO {name}@'%%'")
        yield name
    finally:
        connection.exec_driver_sql(f"DROP USER {name}@'%%'")


@pytest.fixture
def metadata(connection: sa.Connection) -> sa.MetaData:
    """Models of what the database has."""
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0"), server_default="7"),
        sa.Column("b", sa.Integer, sa.Computed("a + 1")),
        sa.Column("it's", sa.String(20), unique=True),
        sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk_a", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["it's"], ["t.it's"], name="fk `its`", ondelete="SET NULL", onupdate="NO ACTION"
        ),
        sa.CheckConstraint("a < 9", name="ck"),
        sa.Index("ix", "a", "it's"),
    )
    metadata.create_all(connection)
    return metadata


def records(connection: sa.Connection) -> list[TableRecord]:
    return list(MySQLDialect().read_snapshot(connection, [None]))


@contextmanager
def connected(connection: sa.Connection, name: str) -> Iterator[sa.Connection]:
    url = connection.engine.url.set(username=name, password="x")
    with sa.create_engine(url, poolclass=NullPool).connect() as other:
        yield other


def test_one_who_may_only_select_reads_all(connection: sa.Connection, metadata: sa.MetaData) -> None:
    with user(connection, "SELECT ON *") as name, connected(connection, name) as restricted:
        assert records(restricted) == records(connection)
        assert difference(MigrationContext.configure(restricted), metadata) == []


def test_what_is_refused_for_want_of_rights_is_known_as_such(connection: sa.Connection) -> None:
    with (
        user(connection, "SELECT ON *") as name,
        connected(connection, name) as restricted,
        pytest.raises(DBAPIError) as caught,
    ):
        restricted.exec_driver_sql("CREATE TABLE u (x int)")
    assert MySQLDialect().error_kind(caught.value) == "denied"


def test_one_who_sees_a_part_of_a_table_is_told_so(connection: sa.Connection, metadata: sa.MetaData) -> None:
    with (
        user(connection, "SELECT (id, a) ON t") as name,
        connected(connection, name) as restricted,
        pytest.raises(SchemaNotRead) as caught,
    ):
        difference(MigrationContext.configure(restricted), metadata)
    assert caught.value.code == "MO345"
    assert "denied" in caught.value.message()
    assert difference(MigrationContext.configure(connection), metadata) == []
