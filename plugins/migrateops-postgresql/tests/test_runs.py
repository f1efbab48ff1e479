"""Whole runs on a server, by the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.project import Project

Names = Callable[[], list[str]]


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def names(engine: sa.Engine) -> Names:
    return lambda: sorted(sa.inspect(engine).get_table_names())


@pytest.fixture
def project(project: Project, postgresql_url: str) -> Project:
    project.configure(url=postgresql_url)
    return project


def test_up_and_down(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("booking", sa.Column("id", sa.Integer, primary_key=True))
            op.add_column("booking", sa.Column("state", sa.Enum("open", "paid", name="state")))
            op.execute("ALTER TABLE booking ADD COLUMN during int4range")
            op.create_exclude_constraint("free", "booking", ("during", "&&"))
        """,
        downgrade='op.drop_table("booking")',
    )
    project.revision(
        "b2",
        upgrade="""
            with op.get_context().autocommit_block():
                op.create_index("ix", "booking", ["state"], postgresql_concurrently=True)
        """,
        downgrade="""
            with op.get_context().autocommit_block():
                op.drop_index("ix", "booking", postgresql_concurrently=True)
        """,
    )
    for _ in range(2):
        project.run("upgrade", "head")
        assert "booking" in names()
        assert {index["name"] for index in sa.inspect(engine).get_indexes("booking")} == {"free", "ix"}
        project.run("upgrade", "head")
        project.run("downgrade", "base")
        assert "booking" not in names()


def test_a_failing_second_statement_leaves_nothing_behind(
    project: Project, engine: sa.Engine, names: Names
) -> None:
    project.revision("a1", upgrade='op.create_table("one", sa.Column("x", sa.Integer))')
    project.revision(
        "b2",
        upgrade="""
            op.create_table("two", sa.Column("x", sa.Integer))
            op.execute("CREATE TABLE two (x int)")
        """,
    )
    assert project.run("upgrade", "head", check=False).returncode == 1
    assert set(names()) & {"one", "two"} == {"one"}
    with engine.connect() as connection:
        rows: list[Any] = list(
            connection.exec_driver_sql("SELECT version_num FROM migrateops_version").scalars()
        )
    assert rows == ["a1"]


def test_what_cannot_run_in_a_transaction(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("one", sa.Column("x", sa.Integer))
            op.create_index("ix", "one", ["x"], postgresql_concurrently=True)
        """,
    )
    done = project.run("upgrade", "head")
    assert "the index ix is built outside of a transaction" in done.stdout + done.stderr
    assert [index["name"] for index in sa.inspect(engine).get_indexes("one")] == ["ix"]
    project.revision("a2", "a1", upgrade='op.execute("CREATE INDEX CONCURRENTLY ix2 ON one (x)")')
    done = project.run("upgrade", "head", check=False)
    assert done.returncode == 1
    assert "PG401" in done.stdout + done.stderr
    assert "one" in names()


def test_the_readme(project: Project, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE booking (room text, during int4range)")
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    [source] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    project.write("migrations/versions/a1.py", f'revision = "a1"\ndown_revision = None\n{source}')
    for _ in range(2):
        project.run("upgrade", "head")
        names = {index["name"] for index in sa.inspect(engine).get_indexes("booking")}
        assert names == {"no_overlap", "ix_booking_state"}
        project.run("downgrade", "base")
        assert [column["name"] for column in sa.inspect(engine).get_columns("booking")] == ["room", "during"]


def test_an_asyncio_url(project: Project, engine: sa.Engine, names: Names) -> None:
    project.configure(url=project.url.replace("+psycopg", "+asyncpg"))
    project.revision("a1", upgrade='op.create_table("one", sa.Column("x", sa.Integer))')
    project.run("upgrade", "head")
    assert "one" in names()
    project.run("upgrade", "head")


def test_two_runs_at_once(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1", upgrade='op.execute("SELECT pg_sleep(0.5)"); op.create_table("one", sa.Column("x", sa.Integer))'
    )
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: project.cli("upgrade", "head", check=False, anew=True), range(2)))
    assert [result.returncode for result in done] == [0, 0], [result.stderr for result in done]
    assert "one" in names()


CONCURRENT = {
    "upgrade": """
        op.create_table("two", sa.Column("x", sa.Integer))
        op.create_index("ix", "one", ["x"], postgresql_concurrently=True)
        op.execute("INSERT INTO two VALUES (1)")
        op.alter_column("one", "x", nullable=False, postgresql_not_null_check=True)
        op.execute("INSERT INTO two VALUES (2)")
    """,
    "downgrade": """
        op.execute("DELETE FROM one")
        op.drop_index("ix", "one", postgresql_concurrently=True)
        op.alter_column("one", "x", nullable=True)
        op.drop_table("two")
    """,
}


@pytest.fixture
def concurrent(project: Project) -> Project:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("one", sa.Column("x", sa.Integer))
            op.execute("INSERT INTO one VALUES (1)")
        """,
        downgrade='op.drop_table("one")',
    )
    project.revision("b2", "a1", **CONCURRENT)
    project.revision(
        "c3",
        "b2",
        upgrade='op.create_table("three", sa.Column("x", sa.Integer))',
        downgrade='op.drop_table("three")',
    )
    return project


def seen(engine: sa.Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found: dict[str, Any] = {
            name: connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").scalars().all()
            for name in inspector.get_table_names()
        }
        indexes = {index["name"] for name in found for index in inspector.get_indexes(name)}
        nullable = inspector.get_columns("one")[0]["nullable"] if "one" in found else None
    return {**found, "indexes": indexes, "nullable": nullable}


WHOLE = {
    "migrateops_version": ["c3"],
    "one": [1],
    "two": [1, 2],
    "three": [],
    "indexes": {"ix"},
    "nullable": False,
}


@pytest.mark.parametrize("transaction", ["per_revision", "per_run", "none"])
def test_work_outside_of_transactions_among_other_work(
    concurrent: Project, engine: sa.Engine, transaction: str
) -> None:
    concurrent.configure(url=concurrent.url, transaction=transaction)
    for _ in range(2):
        concurrent.run("upgrade", "head")
        assert seen(engine) == WHOLE
        concurrent.run("downgrade", "base")
        assert seen(engine) == {"migrateops_version": [], "indexes": set(), "nullable": None}


@pytest.mark.parametrize("transaction", ["per_revision", "per_run", "none"])
def test_its_sql_can_be_run(concurrent: Project, engine: sa.Engine, transaction: str) -> None:
    concurrent.configure(url=concurrent.url, transaction=transaction)

    def run_sql(*arguments: str) -> None:
        script = concurrent.run(*arguments, "--sql").stdout
        lines = (line for line in script.splitlines() if not line.startswith("--"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in "\n".join(lines).split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement.replace("%", "%%"))

    run_sql("upgrade", "head")
    assert seen(engine) == WHOLE
    run_sql("downgrade", "c3:base")
    assert {name for name in seen(engine) if name not in WHOLE} == set()
    assert "one" not in seen(engine)


def test_a_failure_behind_it_can_be_run_again(concurrent: Project, engine: sa.Engine) -> None:
    """What was done before is there to stay, and the message says so."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE three (y integer)")
    concurrent.run("upgrade", "b2")
    failed = concurrent.run("upgrade", "head", check=False)
    assert (failed.returncode, seen(engine)["migrateops_version"]) == (1, ["b2"])
    for part in ("MO440", "DuplicateTable", "create_table 'three'", "on postgresql", "c3.py:"):
        assert part in failed.stderr
