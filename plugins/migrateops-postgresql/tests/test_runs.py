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
        done = list(threads.map(lambda _: project.cli("upgrade", "head", check=False), range(2)))
    assert [result.returncode for result in done] == [0, 0], [result.stderr for result in done]
    assert "one" in names()
