"""A session that the server ends while a command only reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.project import Project

WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def outside(postgresql_url: str) -> Iterator[sa.Connection]:
    """A connection in autocommit, while another one keeps everybody from reading the version table."""
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    automatic = engine.execution_options(isolation_level="AUTOCOMMIT")
    with automatic.connect() as connection, engine.connect() as holding:
        connection.exec_driver_sql("CREATE TABLE migrateops_version (version_num text)")
        holding.exec_driver_sql("LOCK TABLE migrateops_version")
        yield connection


def test_it_says_so(project: Project, postgresql_url: str, outside: sa.Connection) -> None:
    project.configure(url=postgresql_url)
    project.revision("a1")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(project.run, "check", "--json", check=False)
        while not outside.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {WAITING}").first():
            assert not running.done()
        error = json.loads(running.result().stdout)["error"]
    assert error["code"] == "MO408"
    assert error["message"].endswith("; the version table was not read")
    assert error["hint"] == "run it again when the database can be reached"
