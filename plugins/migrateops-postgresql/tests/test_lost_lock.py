"""A run whose lock goes away, with the session that held it, stops before it commits anything more.

A run of one transaction has a session for its lock where the transaction cannot have the lock itself: at
any level but READ COMMITTED.
"""

from __future__ import annotations

import json

import pytest

from tests.project import Project
from tests.runtime.sqlite_environments import online

BODY = """
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REPEATABLE = 'sa.create_engine(URL, poolclass=NullPool, isolation_level="REPEATABLE READ")'
LOSES = """
op.execute("CREATE TABLE t (x int)")
with sa.create_engine(op.get_bind().engine.url, poolclass=sa.NullPool).connect() as other:
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
    other.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {held}")
    while other.exec_driver_sql(f"SELECT 1 {held}").first():
        other.rollback()
"""


@pytest.fixture
def project(project: Project, postgresql_url: str) -> Project:
    project.env(online(postgresql_url, BODY, engine=REPEATABLE))
    return project


@pytest.mark.parametrize(
    ("scope", "done", "remains"),
    [
        ("per_revision", 1, "the database is at b2"),
        ("per_run", 2, "nothing of it is applied, the database is at a1"),
    ],
)
def test_it_says_what_is_applied(
    project: Project, postgresql_url: str, scope: str, done: int, remains: str
) -> None:
    project.configure(url=postgresql_url, transaction=scope)
    project.revision("a1")
    project.run("upgrade")
    project.revision("b2", upgrade=LOSES)
    project.revision("c3", upgrade='op.execute("CREATE TABLE u (x int)")')
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert error["message"] == f"the migration lock was lost after {done} of 2 steps; {remains}"
    assert project.run("current").stdout.startswith(remains[-2:])


def test_a_run_that_is_one_transaction_is_not_committed_without_it(
    project: Project, postgresql_url: str
) -> None:
    project.configure(url=postgresql_url, transaction="per_run")
    project.revision("a1", upgrade=LOSES)
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert project.run("current").stdout.strip() == ""


OUTSIDE = """
op.execute("CREATE TABLE u (x int)")
with op.get_context().autocommit_block():
    op.execute("CREATE TABLE v (x int)")
"""


def test_nor_is_what_comes_before_an_autocommit_block(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url, transaction="per_run")
    project.revision("a1", upgrade=LOSES)
    project.revision("b2", upgrade=OUTSIDE)
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert error["message"].endswith("after 1 of 2 steps; nothing of it is applied, the database is at base")
    assert project.run("current").stdout.strip() == ""


def test_what_was_committed_in_the_middle_of_a_run_is_said(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url, transaction="per_run")
    project.revision("a1")
    project.revision("b2", upgrade=OUTSIDE)
    project.revision("c3", upgrade=LOSES)
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert "nothing of it is applied" not in error["message"]
    assert error["message"].endswith("is applied, the version table is at a1")
    assert project.run("current").stdout.startswith("a1")
