"""Databases to compare models with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.runtime.migration import MigrationContext

Configure = Callable[..., MigrationContext]


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A connection to an empty database of each kind."""
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("postgresql_schema").url
    engine = sa.create_engine(url)
    with engine.connect() as made:
        yield made
    engine.dispose()


@pytest.fixture
def configure(connection: sa.Connection) -> Configure:
    """Make a context on the connection, without installed plugins."""

    def made(
        metadata: sa.MetaData | list[sa.MetaData] | None = None, *plugins: object, **opts: Any
    ) -> MigrationContext:
        given = {"target_metadata": metadata, "generic_dialects": ["postgresql"], **opts}
        return MigrationContext.configure(connection, opts=given, plugins=plugins)

    return made
