"""The source of an ``env.py`` for a test, and commands that keep what it has seen."""

from __future__ import annotations

import io
from typing import Any

from migrateops import command
from migrateops.config import Config
from tests.project import Project

HEAD = """
import sqlalchemy as sa

from migrateops import context

config = context.config
seen = config.attributes
"""
ONLINE = """
engine = sa.create_engine(config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection{more})
    with context.begin_transaction():
        context.run_migrations({kw})
engine.dispose()
"""
OFFLINE = """
context.configure(dialect_name="sqlite"{more})
with context.begin_transaction():
    context.run_migrations()
"""


def online(more: str = "", kw: str = "") -> str:
    return HEAD + ONLINE.format(more=f", {more}" if more else "", kw=kw)


def offline(more: str = "") -> str:
    return HEAD + OFFLINE.format(more=f", {more}" if more else "")


def run(project: Project, verb: str, *given: Any, **more: Any) -> Config:
    """Run a command, and return its configuration, whose attributes ``env.py`` has filled."""
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    getattr(command, verb)(config, *given, **more)
    return config


def two(project: Project) -> None:
    """Write two branches, and a revision on one of them: aa1 - bb2, aa1 - cc3."""
    project.revision("aa1", None, upgrade='op.create_table("t", sa.Column("x", sa.Integer))')
    project.revision("bb2", "aa1", branch_labels=["left"])
    project.revision("cc3", "aa1")
