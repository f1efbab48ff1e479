"""What ``include_object`` and ``include_name`` are asked about is what Alembic asks about."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import sqlalchemy as sa

peers = import_module("plugins.migrateops-alembic.tests.peer")

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "same", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), index=True),
)
sa.Table(
    "changed", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kept", sa.Integer, sa.ForeignKey("same.id")),
    sa.Column("other", sa.String(20)),
    sa.Column("comes", sa.Integer),
    sa.Index("ix_comes", "comes"),
)
sa.Table("left", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("more", sa.Integer))
sa.Table(
    "new", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("a", sa.Integer, index=True),
)
"""
TABLES = """
CREATE TABLE same (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20));
CREATE INDEX ix_same_name ON same (name);
CREATE TABLE changed (
    id INTEGER NOT NULL PRIMARY KEY, kept INTEGER REFERENCES same (id), other INTEGER, goes INTEGER
);
CREATE INDEX ix_goes ON changed (goes);
CREATE TABLE "left" (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE gone (id INTEGER NOT NULL PRIMARY KEY, a INTEGER);
CREATE INDEX ix_gone_a ON gone (a);
"""
HOOKS = """
from pathlib import Path
from models import metadata as target_metadata


def note(*words):
    with Path("asked").open("a") as file:
        print(*words, file=file)


def include_object(item, name, type_, reflected, compare_to):
    note("object", name, type_, reflected, compare_to is not None)
    return name != "left"


def include_name(name, type_, parents):
    note("name", name, type_, sorted(parents.items()))
    return True
"""


def prepare(project: Any, models: str, *hooks: str) -> None:
    project.write("models.py", models)
    env = (project.root / "migrations" / "env.py").read_text()
    given = "".join(f"{hook}={hook}, " for hook in hooks)
    env = env.replace("target_metadata = None", HOOKS)
    project.write(
        "migrations/env.py", env.replace("connection=connection,", f"connection=connection, {given}")
    )


def asked(project: Any) -> list[str]:
    file = project.root / "asked"
    lines = file.read_text().splitlines()
    file.unlink()
    return sorted(lines)


def point(project: Any, url: str) -> None:
    ini = project.root / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///app.db", url.replace("%", "%%")))


def both(project: Any) -> tuple[list[str], list[str]]:
    """Return what the real one asks, and what we ask."""
    peers.peer(project.root, "check")
    theirs = asked(project)
    peers.run_module("migrateops", "check", cwd=project.root)
    return theirs, asked(project)


def test_include_object_is_asked_about_each_table_and_column(project: Any) -> None:
    prepare(project, MODELS, "include_object")
    engine = sa.create_engine(f"sqlite:///{project.root / 'app.db'}")
    with engine.begin() as connection:
        for statement in TABLES.split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    theirs, ours = both(project)
    assert "object name column False True" in theirs
    assert ours == theirs


KEYS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "t", metadata,
    *[sa.Column(name, sa.Integer) for name in "abcd"],
    sa.UniqueConstraint("a", name="uq"), sa.Index("ux", "b", unique=True), sa.UniqueConstraint("d"),
)
"""
KEYS_THERE = """
CREATE TABLE t (
    a INTEGER, b INTEGER, c INTEGER, d INTEGER,
    UNIQUE KEY uq (a), UNIQUE KEY ux (b), UNIQUE KEY gone (c), UNIQUE KEY d (d), KEY ix (a, b)
)
"""


def test_a_unique_key_of_mysql_is_asked_about_as_both(project: Any, mariadb_url: str) -> None:
    prepare(project, KEYS, "include_name")
    point(project, mariadb_url)
    engine = sa.create_engine(mariadb_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(KEYS_THERE)
    theirs, ours = both(project)
    assert {line for line in theirs if "'t'" in line} == {line for line in ours if "'t'" in line}
    assert any(line.startswith("name gone index") for line in theirs)
