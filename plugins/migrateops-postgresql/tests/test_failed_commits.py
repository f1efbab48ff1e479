"""What a server refuses only when a run is committed, and what is said of it."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.project import Project
from tests.runtime.sqlite_environments import online

DEFERRED = """
op.execute("CREATE TABLE a (id int PRIMARY KEY)")
op.execute("CREATE TABLE b (id int REFERENCES a DEFERRABLE INITIALLY DEFERRED)")
op.execute("INSERT INTO b VALUES (1)")
"""
INTERRUPTED = """
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
        raise KeyboardInterrupt
"""
# Behind the version row, which is the last statement of a step.
KILLING = """
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

def kill(ctx, **_):
    pid = ctx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with sa.create_engine(ctx.connection.engine.url, poolclass=sa.NullPool).connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        while other.exec_driver_sql(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}").first():
            other.rollback()
"""


@pytest.fixture(params=["per_revision", "per_run"])
def project(project: Project, postgresql_url: str, request: pytest.FixtureRequest) -> Project:
    project.configure(url=postgresql_url, transaction=request.param, prepend_sys_path=["."])
    project.revision("a1")
    project.run("upgrade")
    return project


def fails(project: Project) -> dict[str, str]:
    """Return what is said of a run that fails, and see to it that none of it is applied."""
    result = project.run("upgrade", "--json", check=False)
    assert result.returncode == 1
    assert project.run("current").stdout.startswith("a1")
    found: dict[str, str] = json.loads(result.stdout)["error"]
    return found


def test_rows_that_are_checked_at_the_end(project: Project) -> None:
    project.revision("b2", upgrade=DEFERRED)
    error = fails(project)
    assert error["code"] == ("MO481" if project.settings["transaction"] == "per_run" else "MO440")
    assert "violates foreign key constraint" in error["message"]
    assert error["message"].endswith("; nothing of it is applied, the database is at a1")
    assert str(error["hint"]).startswith("rows are in the way")


OUTSIDE = """
op.execute("CREATE TABLE c (id int)")
with op.get_context().autocommit_block():
    op.execute("CREATE TABLE d (id int)")
"""
APPLIED = "what was done up to the last commit is applied"


def test_what_an_autocommit_block_has_committed_before(project: Project) -> None:
    project.revision("b2")
    project.revision("c3", upgrade=OUTSIDE + DEFERRED)
    result = project.run("upgrade", "--json", check=False)
    error = json.loads(result.stdout)["error"]
    assert error["message"].endswith(", the version table is at b2")
    assert ("; " + APPLIED in error["message"]) == (project.settings["transaction"] == "per_run")
    assert "nothing of it is applied" not in error["message"]
    assert error["hint"].startswith("take back by hand what is applied")
    assert project.run("current").stdout.startswith("b2")


@pytest.mark.parametrize("project", ["per_run"], indirect=True)
@pytest.mark.parametrize(
    "then",
    ["raise RuntimeError", "with op.get_context().autocommit_block():\n    pass"],
    ids=["error", "block"],
)
def test_a_script_that_commits_by_itself(project: Project, then: str) -> None:
    """With it, what was written of the revisions before is committed, too."""
    project.revision("b2")
    project.revision("c3", upgrade=f"op.get_bind().commit()\n{then}")
    result = project.run("upgrade", check=False)
    assert APPLIED in result.stderr
    assert "the version table is at" not in result.stderr
    assert project.run("current").stdout.startswith("b2")


@pytest.mark.parametrize("project", ["per_run"], indirect=True)
def test_an_interrupt_behind_an_autocommit_block(project: Project) -> None:
    project.env(online(project.url, INTERRUPTED))
    project.revision("b2", upgrade=OUTSIDE)
    result = project.run("upgrade", check=False)
    assert f"{APPLIED}, the version table is at a1" in result.stderr


def test_a_connection_that_is_lost(project: Project) -> None:
    """Whether the server got the COMMIT, nobody knows; a run that asks for its lock first sends none."""
    project.write("killing.py", KILLING)
    project.configure(on_version_apply=["killing:kill"])
    project.revision("b2")
    error = fails(project)
    if project.settings["transaction"] == "per_run":
        assert error["code"] == "MO463"
        assert error["message"].endswith("; nothing of it is applied, the database is at a1")
    else:
        assert error["message"].endswith("; whether it is applied, the version table says")
        assert error["hint"] == "run it again when the database can be reached"


def test_a_transaction_of_env_py(project: Project, postgresql_url: str) -> None:
    body = """\
with engine.begin() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
    project.env(online(postgresql_url, body))
    project.revision("b2", upgrade=DEFERRED)
    error = fails(project)
    assert (error["code"], "violates foreign key constraint" in error["message"]) == ("MO270", True)


def test_a_program_gets_what_the_driver_has_raised(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with pytest.raises(IntegrityError), context.begin_transaction():
            exec(DEFERRED, {"op": Operations(context)})
