"""A connection to a schema of its own, operations on it, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema

State = Callable[[], dict[str, Any]]


@pytest.fixture
def engine(postgresql_schema: Schema) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgresql_schema.url, poolclass=NullPool)
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
def state(connection: sa.Connection) -> State:
    """Return everything that the catalogs say of the schema's tables."""

    def read() -> dict[str, Any]:
        inspector = sa.inspect(connection)
        tables = {
            name: {
                "columns": [
                    {**column, "type": column["type"].compile(dialect=connection.dialect)}
                    for column in inspector.get_columns(name)
                ],
                "indexes": inspector.get_indexes(name),
                "comment": inspector.get_table_comment(name),
            }
            for name in sorted(inspector.get_table_names())
        }
        constraints = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0 ORDER BY 1, 2"
        )
        types = connection.exec_driver_sql(
            "SELECT typname, typtype::text FROM pg_type"
            " WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd') ORDER BY 1"
        )
        return {
            "tables": tables,
            "constraints": [tuple(row) for row in constraints],
            "types": [tuple(row) for row in types],
        }

    return read
