"""A run whose lock goes away, with the session that held it, stops before its next step."""

from __future__ import annotations

import json

import pytest

from tests.project import Project

LOSES = """
op.execute("CREATE TABLE t (x int)")
with sa.create_engine(op.get_bind().engine.url, poolclass=sa.NullPool).connect() as other:
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"FROM pg_locks WHERE locktype = 'advisory' AND database = {here}"
    other.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {held}")
    while other.exec_driver_sql(f"SELECT 1 {held}").first():
        other.rollback()
"""


@pytest.mark.parametrize(
    ("scope", "remains"),
    [
        ("per_revision", "the database is at b2"),
        ("per_run", "nothing of it is applied, the database is at a1"),
    ],
)
def test_it_says_what_is_applied(project: Project, postgresql_url: str, scope: str, remains: str) -> None:
    project.configure(url=postgresql_url, transaction=scope)
    project.revision("a1")
    project.run("upgrade")
    project.revision("b2", upgrade=LOSES)
    project.revision("c3", upgrade='op.execute("CREATE TABLE u (x int)")')
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert error["message"] == f"the migration lock was lost after 1 of 2 steps; {remains}"
    assert project.run("current").stdout.startswith(remains[-2:])
