from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.dialects.sqlite.connections import KINDS, OWNERS, Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "test.db")


@pytest.fixture
def prepared(database: Database) -> Database:
    database.prepare(
        "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE gone (x);"
    )
    return database


@pytest.fixture
def enforcing(tmp_path: Path) -> Database:
    """A database whose engines switch foreign keys on when they connect."""
    return Database(tmp_path / "test.db", enforce=True)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=OWNERS)
def owner(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found
