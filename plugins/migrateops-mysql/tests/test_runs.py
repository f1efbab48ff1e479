"""Whole runs on a server, by the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.project import Project

Names = Callable[[], list[str]]


@pytest.fixture
def names(engine: sa.Engine) -> Names:
    return lambda: sorted(sa.inspect(engine).get_table_names())


@pytest.fixture(params=["mysql+pymysql", "mariadb+pymysql"])
def project(project: Project, mariadb_url: str, request: pytest.FixtureRequest) -> Project:
    project.configure(url=mariadb_url.replace("mysql+pymysql", request.param))
    return project


def rows(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT version_num FROM migrateops_version").scalars())


def test_up_and_down(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table(
                "booking",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("room", sa.String(20), nullable=False, server_default="1%", comment="which"),
            )
            op.add_column("booking", sa.Column("state", sa.Enum("open", "paid"), index=True))
        """,
        downgrade='op.drop_table("booking")',
    )
    project.revision(
        "b2",
        upgrade="""
            op.alter_column("booking", "room", type_=sa.String(40))
            op.create_unique_constraint("one", "booking", ["room"])
        """,
        downgrade="""
            op.drop_constraint("one", "booking")
            op.alter_column("booking", "room", type_=sa.String(20))
        """,
    )
    for _ in range(2):
        project.run("upgrade", "head")
        assert rows(engine) == ["b2"]
        assert "b2" in project.run("current").stdout
        room: Any = sa.inspect(engine).get_columns("booking")[1]
        assert (room["type"].length, room["nullable"], room["default"], room["comment"]) == (
            40,
            False,
            "'1%'",
            "which",
        )
        project.run("upgrade", "head")
        project.run("downgrade", "a1")
        assert rows(engine) == ["a1"]
        project.run("downgrade", "base")
        assert "booking" not in names()


def test_a_failing_step_says_what_is_applied(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision("a1", upgrade='op.create_table("one", sa.Column("x", sa.Integer))')
    project.revision(
        "b2",
        upgrade="""
            op.create_table("two", sa.Column("x", sa.Integer))
            op.execute("INSERT INTO one VALUES (1)")
            op.execute("INSERT INTO absent VALUES (1)")
        """,
    )
    done = project.run("upgrade", "head", check=False)
    assert done.returncode == 1
    assert "the server has committed 1 of its statements" in done.stderr
    assert "the version table is at a1" in done.stderr
    assert "hint: take back by hand what is applied" in done.stderr
    assert set(names()) & {"one", "two"} == {"one", "two"}
    assert rows(engine) == ["a1"]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM one").scalar_one() == 0


def test_an_operation_of_two_statements_says_which_is_applied(
    project: Project, engine: sa.Engine, names: Names
) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("one", sa.Column("x", sa.Integer), sa.Index("ix", sa.text("absent")))
            op.create_table("two", sa.Column("x", sa.Integer))
        """,
    )
    done = project.run("upgrade", "head", check=False)
    assert done.returncode == 1
    assert "the server has committed 1 of its statements: 'CREATE TABLE one" in done.stderr
    assert "the version table is at base" in done.stderr
    assert "executing: CREATE INDEX ix ON one (absent)" in done.stderr
    assert set(names()) & {"one", "two"} == {"one"}


def test_one_statement_is_done_whole_or_not_at_all(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("one", sa.Column("x", sa.Integer))
            op.bulk_insert(sa.table("one", sa.column("x")), [{"x": 1}, {"x": None}])
        """,
    )
    project.run("upgrade", "head")
    project.revision(
        "b2",
        upgrade="""
            op.alter_column("one", "x", new_column_name="y", nullable=False, comment="never null")
        """,
    )
    before = shown(engine, "one")
    done = project.run("upgrade", "head", check=False)
    assert done.returncode == 1
    assert "nothing of it is applied, the version table is at a1" in done.stderr
    assert shown(engine, "one") == before


def test_a_failing_step_without_ddl_leaves_nothing(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision("a1", upgrade='op.create_table("one", sa.Column("x", sa.Integer))')
    project.revision(
        "b2",
        upgrade="""
            op.execute("INSERT INTO one VALUES (1)")
            op.execute("INSERT INTO absent VALUES (1)")
        """,
    )
    done = project.run("upgrade", "head", check=False)
    assert done.returncode == 1
    assert "nothing of it is applied, the version table is at a1" in done.stderr
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM one").scalar_one() == 0


def test_offline_text_makes_the_same_tables(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(5)))
            op.alter_column(
                "t", "a", type_=sa.String(9), nullable=False, server_default="5%; -- x", comment="it's",
                existing_nullable=True, existing_server_default=None,
            )
        """,
        downgrade='op.drop_table("t")',
    )
    project.run("upgrade", "head")
    before = shown(engine, "t", "migrateops_version")
    project.run("downgrade", "base")
    text = project.run("upgrade", "head", "--sql").stdout
    assert "BEGIN" not in text
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE migrateops_version")
        for statement in filter(str.strip, text.split(";\n\n")):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        connection.commit()
    assert shown(engine, "t", "migrateops_version") == before
    assert rows(engine) == ["a1"]


def shown(engine: sa.Engine, *names: str) -> list[str]:
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one() for name in names]
        return [str(row[1]) for row in found]


def test_the_readme(project: Project, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE booking (id int PRIMARY KEY, room varchar(20) COLLATE utf8mb4_bin NOT NULL"
            " DEFAULT '1' COMMENT 'which', note text, changed timestamp NULL ON UPDATE CURRENT_TIMESTAMP)"
        )
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    source, options = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    project.write("migrations/versions/a1.py", f'revision = "a1"\ndown_revision = None\n{source}')
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SHOW CREATE TABLE booking").one()[1]
        for _ in range(2):
            project.run("upgrade", "head")
            project.run("downgrade", "base")
            connection.rollback()
            assert connection.exec_driver_sql("SHOW CREATE TABLE booking").one()[1] == before
        project.revision("b2", "a1", upgrade=options)
        project.run("upgrade", "head")
        connection.rollback()
        after = connection.exec_driver_sql("SHOW CREATE TABLE booking").one()[1]
        assert "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4" in after


def test_two_runs_at_once(project: Project, engine: sa.Engine, names: Names) -> None:
    project.revision(
        "a1", upgrade='op.execute("SELECT SLEEP(0.5)"); op.create_table("one", sa.Column("x", sa.Integer))'
    )
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda _: project.cli("upgrade", "head", check=False, anew=True), range(2)))
    assert [result.returncode for result in done] == [0, 0], [result.stderr for result in done]
    assert "one" in names()
