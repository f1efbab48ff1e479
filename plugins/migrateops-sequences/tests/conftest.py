"""Connections to the servers that have sequences, and SQL text for those that are not here."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

GENERIC = ("postgresql", "mysql", "mariadb", "oracle", "mssql", "duckdb")


def context_of(connection: sa.Connection, **opts: Any) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"generic_dialects": GENERIC, **opts})


@pytest.fixture
def make_context() -> Callable[..., MigrationContext]:
    """Make a ``MigrationContext`` of a connection, where a pack of its dialect need not be installed."""
    return context_of


@pytest.fixture
def postgresql_connection(postgresql_url: str) -> Iterator[sa.Connection]:
    with sa.create_engine(postgresql_url, poolclass=sa.NullPool).connect() as connection:
        yield connection


@pytest.fixture
def mariadb_connection(mariadb_url: str) -> Iterator[sa.Connection]:
    with sa.create_engine(mariadb_url, poolclass=sa.NullPool).connect() as connection:
        yield connection


@pytest.fixture
def postgresql_op(postgresql_connection: sa.Connection) -> Operations:
    return Operations(context_of(postgresql_connection))


@pytest.fixture
def mariadb_op(mariadb_connection: sa.Connection) -> Operations:
    return Operations(context_of(mariadb_connection))


class Offline:
    """Operations of one dialect whose statements go into a text."""

    def __init__(self, dialect: str) -> None:
        self.buffer = io.StringIO()
        self.op = Operations(
            MigrationContext.configure(
                dialect_name=dialect,
                opts={"as_sql": True, "output_buffer": self.buffer, "generic_dialects": GENERIC},
            )
        )

    @property
    def text(self) -> str:
        return self.buffer.getvalue()


@pytest.fixture
def offline() -> Callable[[str], Offline]:
    """Make an ``Offline`` for a dialect."""
    return Offline
