"""Enums of columns that are added on PostgreSQL: Alembic writes nothing for them, and scripts may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

COLOR = 'sa.Enum("red", "green", name="color")'


@pytest.fixture
def engine(project: Any, postgresql_url: str) -> Iterator[sa.Engine]:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", postgresql_url.replace("%", "%%")))
    project.revision("aa1", 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))')
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def labels(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid"
            " WHERE typname = 'color' AND typnamespace = current_schema()::regnamespace"
            " ORDER BY enumsortorder"
        )
        return list(found.scalars())


def test_the_type_of_a_generated_script_is_made(project: Any, engine: sa.Engine) -> None:
    env = (project.root / "migrations/env.py").read_text()
    models = f"""
import sqlalchemy as sa
target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", {COLOR}))
"""
    project.run("upgrade", "head")
    project.write("migrations/env.py", env.replace("target_metadata = None\n", models))
    project.run("revision", "--autogenerate", "-m", "color", "--rev-id", "bb2")
    project.run("upgrade", "head")
    assert labels(engine) == ["red", "green"]
    project.run("check")
    # Nobody has asked for its end.
    project.run("downgrade", "-1")
    project.run("upgrade", "head")


def test_a_type_that_the_script_makes_is_left_alone(project: Any, engine: sa.Engine) -> None:
    project.revision(
        "bb2",
        f"""
        {COLOR}.create(op.get_bind())
        op.add_column("t", sa.Column("c", {COLOR}))
        op.execute("ALTER TYPE color RENAME VALUE 'green' TO 'blue'")
        op.alter_column("t", "c", type_=sa.Enum("red", "blue", name="color"), existing_type={COLOR})
        """,
    )
    project.run("upgrade", "head")
    assert labels(engine) == ["red", "blue"]


def test_offline_nothing_is_written_for_it(project: Any, engine: sa.Engine) -> None:
    project.revision("bb2", f'op.add_column("t", sa.Column("c", {COLOR}))')
    assert "CREATE TYPE" not in project.run("upgrade", "head", "--sql").out
