"""A connection to a database of its own, under each of the names, operations on it, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

State = Callable[[], dict[str, str]]

SETUP = [
    "CREATE TABLE parent (id int PRIMARY KEY, code varchar(10))",
    (
        "CREATE TABLE item (id int NOT NULL, n int COMMENT 'old', Name varchar(20) NOT NULL DEFAULT 'x%%',"
        " parent int, body text, `body %%``:x` text, place point NOT NULL, KEY of_parent (parent))"
        " COMMENT 'old'"
    ),
]


@pytest.fixture
def engine(mariadb_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def operations(connection: sa.Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


@pytest.fixture
def tables(connection: sa.Connection) -> None:
    """Two tables, for operations on what is there."""
    for statement in SETUP:
        connection.exec_driver_sql(statement)


@pytest.fixture
def state(connection: sa.Connection) -> State:
    """Return what the server says of each table, word for word."""

    def read() -> dict[str, str]:
        names = sa.inspect(connection).get_table_names()
        quote = connection.dialect.identifier_preparer.quote_identifier
        return {name: created(connection, quote(name)) for name in sorted(names)}

    return read


def created(connection: sa.Connection, name: str) -> str:
    row: Any = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()
    return str(row[1])
