"""A connection to a database file of its own, operations on it, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

State = Callable[[], dict[str, Any]]

CATALOG = {
    "tables": "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY ALL",
    "indexes": (
        "SELECT schema_name, table_name, index_name, is_unique, sql FROM duckdb_indexes() ORDER BY ALL"
    ),
    "comments": (
        "SELECT table_name, column_name, comment FROM duckdb_columns()"
        " WHERE comment IS NOT NULL AND NOT internal ORDER BY ALL"
    ),
    "sequences": "SELECT sequence_name FROM duckdb_sequences() ORDER BY ALL",
    "types": "SELECT type_name FROM duckdb_types() WHERE NOT internal ORDER BY ALL",
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'test.duckdb'}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    # There is next to nothing to do for several threads, and they wait for each other.
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"config": {"threads": 1}})
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture
def operations(connection: sa.Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


@pytest.fixture
def state(connection: sa.Connection) -> State:
    """Return everything that the catalog says, word for word."""

    def read() -> dict[str, Any]:
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(statement)]
            for name, statement in CATALOG.items()
        }

    return read
