"""Real database servers for tests: where they are, and a database of its own for each test.

``MIGRATEOPS_TEST_POSTGRESQL_URL`` and ``MIGRATEOPS_TEST_MARIADB_URL`` name them. A server that does not
answer skips its tests, said in the report header; with ``CI=true`` it fails them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool


@dataclass(frozen=True)
class Server:
    """A database server that tests may use, and the database on it that is there already."""

    name: str
    variable: str
    default: str

    @property
    def url(self) -> sa.URL:
        return sa.make_url(os.environ.get(self.variable, self.default))

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """Connect in autocommit; statements are of the tests' own making."""
        arguments = {"connect_timeout": 5}
        engine = sa.create_engine(
            self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
        )
        with engine.connect() as connection:
            yield connection

    def run(self, statement: str) -> None:
        with self.connected() as connection:
            connection.exec_driver_sql(statement)


SERVERS = {
    server.name: server
    for server in (
        Server(
            "postgresql",
            "MIGRATEOPS_TEST_POSTGRESQL_URL",
            "postgresql+psycopg://postgres@127.0.0.1:5432/test",
        ),
        Server("mariadb", "MIGRATEOPS_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306/test"),
    )
}


class Answer(NamedTuple):
    there: bool
    text: str


@cache
def answer_of(server: Server) -> Answer:
    """Ask *server* for its version, once in a test run."""
    try:
        with server.connected() as connection:
            version = connection.exec_driver_sql("SELECT version()").scalar_one()
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = str(error).partition("\n")[0]
        return Answer(False, f"{server.url} does not answer ({server.variable}): {reason}")
    return Answer(True, f"{server.url}: {version}")


def needed(name: str) -> Server:
    """Return the server, or skip the test, or fail it in CI."""
    server = SERVERS[name]
    there, text = answer_of(server)
    if not there:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name}: {text}", pytrace=False)
        pytest.skip(f"{name}: {text}")
    return server


def pytest_report_header() -> list[str]:
    return [
        f"{name}: {'' if answer.there else 'SKIPPED: '}{answer.text}"
        for name, answer in ((name, answer_of(server)) for name, server in SERVERS.items())
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in SERVERS:
            if any(fixture.startswith(f"{name}_") for fixture in getattr(item, "fixturenames", ())):
                item.add_marker(name)


def as_text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The url of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The url of a new PostgreSQL database, dropped afterwards whoever is still connected."""
    server = needed("postgresql")
    name = f"migrateops_{uuid4().hex}"
    server.run(f"CREATE DATABASE {name}")
    try:
        yield as_text(server.url.set(database=name))
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


class Schema(NamedTuple):
    """A schema of its own in a shared database; connections through *url* have it as search path."""

    url: str
    name: str


@pytest.fixture
def postgresql_schema() -> Iterator[Schema]:
    """A new PostgreSQL schema: cheaper than a database, for tests that need no more."""
    server = needed("postgresql")
    name = f"migrateops_{uuid4().hex}"
    server.run(f"CREATE SCHEMA {name}")
    try:
        yield Schema(as_text(server.url.update_query_dict({"options": f"-csearch_path={name}"})), name)
    finally:
        server.run(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def mariadb_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The url of a new MariaDB database, dropped afterwards."""
    server = needed("mariadb")
    # The driver would read all certificates of the machine for each connection, which takes longer than most
    # tests, and trust any server all the same.
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    name = f"migrateops_{uuid4().hex}"
    server.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield as_text(server.url.set(database=name))
    finally:
        server.run(f"DROP DATABASE {name}")
