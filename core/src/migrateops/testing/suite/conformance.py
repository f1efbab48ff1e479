"""What the classes have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from migrateops.dialects import Dialect
from migrateops.runtime.migration import MigrationContext


class Conformance:
    """A dialect, an engine, a connection and the pack.

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
