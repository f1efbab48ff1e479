"""Whole runs by the command line, and that nothing is found to differ after them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import compare_metadata
from migrateops.runtime.migration import MigrationContext
from tests.project import Project

METADATA = sa.MetaData()
PARENT = sa.Table("parent", METADATA, sa.Column("id", sa.Integer, primary_key=True))
BOOKING = sa.Table(
    "booking",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer, sa.ForeignKey("parent.id")),
    sa.Column("name", sa.String(20), nullable=False, server_default="it's", index=True, comment="what"),
    sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("5")),
    sa.Column("open", sa.Boolean, server_default=sa.text("true")),
    sa.Column("at", sa.DateTime, server_default=sa.func.now()),
    sa.Column("zone", sa.DateTime(timezone=True)),
    sa.Column("day", sa.Date),
    sa.Column("f", sa.Float),
    sa.Column("d", sa.Double),
    sa.Column("data", sa.LargeBinary),
    sa.Column("js", sa.JSON),
    sa.Column("key", sa.Uuid),
    sa.Column("small", sa.SmallInteger, nullable=False),
    sa.UniqueConstraint("price"),
    comment="bookings",
)


@pytest.fixture
def project(project: Project, url: str) -> Project:
    project.configure(url=url)
    return project


def test_up_and_down(project: Project, engine: sa.Engine) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("booking", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Text))
            op.create_index("ix", "booking", ["x"])
        """,
        downgrade='op.drop_table("booking")',
    )
    project.revision(
        "b2",
        upgrade="""
            with op.get_context().autocommit_block():
                op.alter_column("booking", "x", new_column_name="y")
        """,
        downgrade="""
            with op.get_context().autocommit_block():
                op.alter_column("booking", "y", new_column_name="x")
        """,
    )
    for _ in range(2):
        project.run("upgrade", "head")
        assert sa.inspect(engine).get_indexes("booking")[0]["column_names"] == ["y"]
        assert "b2" in project.run("current").stdout
        project.run("upgrade", "head")
        project.run("downgrade", "base")
        assert "booking" not in sa.inspect(engine).get_table_names()


def test_a_failing_second_statement_leaves_nothing_behind(project: Project, engine: sa.Engine) -> None:
    project.revision(
        "a1",
        upgrade="""
            op.create_table("two", sa.Column("x", sa.Integer))
            op.execute("CREATE TABLE two (x int)")
        """,
    )
    assert project.run("upgrade", "head", check=False).returncode == 1
    assert "two" not in sa.inspect(engine).get_table_names()


def test_what_the_models_say_is_what_is_found(engine: sa.Engine) -> None:
    METADATA.create_all(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        connection.exec_driver_sql("DROP INDEX ix_booking_name")
        connection.commit()
        connection.exec_driver_sql("ALTER TABLE booking DROP COLUMN key")
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    changes = sorted(change[0] if isinstance(change, tuple) else change[0][0] for change in found)
    assert "add_column" in changes


def test_the_readme(project: Project, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE booking (id integer, room varchar)")
        connection.exec_driver_sql("CREATE INDEX by_id ON booking (id)")
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    [source] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    project.write("migrations/versions/a1.py", f'revision = "a1"\ndown_revision = None\n{source}')
    for _ in range(2):
        project.run("upgrade", "head")
        indexes = sa.inspect(engine).get_indexes("booking")
        assert [index["name"] for index in indexes] == ["by_id", "one_a_room"]
        project.run("downgrade", "base")
        columns = sa.inspect(engine).get_columns("booking")
        assert [column["name"] for column in columns] == ["id", "room"]
