"""Commands that only read bring no file into being, and say so where one cannot be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project import Project

ENV = """
from sqlalchemy import engine_from_config
from migrateops import context

import models

engine = engine_from_config({"sqlalchemy.url": context.config.get_main_option("sqlalchemy.url")})
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.METADATA)
    with context.begin_transaction():
        context.run_migrations()
"""
MODELS = """
import sqlalchemy as sa

METADATA = sa.MetaData()
sa.Table("t", METADATA, sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture(params=["without env.py", "with env.py"])
def made(request: pytest.FixtureRequest, project: Project, url: str) -> Project:
    project.configure(url=url, models="models:METADATA", prepend_sys_path=["."])
    project.write("models.py", MODELS)
    project.revision("a1", upgrade='op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))')
    if request.param == "with env.py":
        project.env(ENV)
    return project


READING = (
    ("current",),
    ("history", "-i"),
    ("status",),
    ("check",),
    ("coverage",),
    ("snapshot",),
    ("diff",),
)


def test_a_file_that_is_not_there_stays_so(made: Project, tmp_path: Path, subtests: pytest.Subtests) -> None:
    # In a process of its own, in which nobody has connected to DuckDB before.
    made.cli("current", check=False)
    for words in READING:
        with subtests.test(" ".join(words)):
            made.run(*words, check=False)
            assert not list(tmp_path.rglob("*.duckdb*"))
    # The same project is written to, when that is asked for.
    made.run("upgrade", "head")
    assert (tmp_path / "test.duckdb").exists()


def test_a_file_that_is_no_database(made: Project, tmp_path: Path, subtests: pytest.Subtests) -> None:
    file, letter = tmp_path / "test.duckdb", b"this is a letter to somebody" * 500
    file.write_bytes(letter)
    for words in (*READING, ("upgrade", "head")):
        with subtests.test(" ".join(words)):
            result = made.run(*words, check=False)
            assert result.returncode != 0
            assert re.search(r"\bMO\d{3}\b", result.stderr)
            assert "Traceback" not in result.stderr
            assert file.read_bytes() == letter
