"""Operations on a real database in memory, with the registrations of the test taken back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations, registry
from migrateops.operations.registry import Maker
from migrateops.plugins.manager import Plugins
from migrateops.runtime.migration import MigrationContext


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def operations(connection: sa.Connection) -> Operations:
    """Operations on SQLite with no plugin but what the process has registered."""
    return Operations(MigrationContext.configure(connection, plugins=()))


@pytest.fixture(autouse=True)
def _registrations_of_the_test() -> Iterator[None]:
    """Forget what the test registers for the whole process; not a pack that it was the first to import."""
    process = registry.process
    directives, implementations = dict(process.directives), dict(process.implementations)
    yield
    process.directives = {**_of_packs(process.directives), **directives}
    process.implementations = {**_of_packs(process.implementations), **implementations}
    registry._changed()


def _of_packs(registered: dict[Any, dict[Maker, Any]]) -> dict[Any, dict[Maker, Any]]:
    """Return what installed distributions have registered, which are imported once."""
    found = {
        key: {maker: made for maker, made in makers.items() if maker.module.startswith("migrateops_")}
        for key, makers in registered.items()
    }
    return {key: makers for key, makers in found.items() if makers}


@pytest.fixture
def all_plugins(connection: sa.Connection) -> Plugins:
    """The plugins of a context by the default policy."""
    return MigrationContext.configure(connection).plugins
