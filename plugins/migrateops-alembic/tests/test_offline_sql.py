"""Small scripts whose SQL is that of the real Alembic, statement for statement."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

peers = import_module("plugins.migrateops-alembic.tests.peer")

ROWS_OF_A_NEW_TABLE = """
table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
op.bulk_insert(table, [{"a": "x"}, {"id": 2, "a": None}])
"""

A_RENAMED_COLUMN = """
op.create_table("t", sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer))
op.alter_column("t", "a", new_column_name="c", existing_type=sa.String(9))
op.alter_column("t", "b", new_column_name="d", existing_type=sa.Integer, existing_nullable=False)
"""
BODIES = {"rows of a new table": ROWS_OF_A_NEW_TABLE, "a renamed column": A_RENAMED_COLUMN}


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://", "mysql+pymysql://"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_it_is_the_same(project: Any, url: str, body: str) -> None:
    project.revision("aa1", body)
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url))
    theirs = peers.peer(project.root, "upgrade", "head", "--sql")
    assert theirs.returncode == 0, theirs.stderr
    ours = project.run("upgrade", "head", "--sql").out
    assert peers.statements(ours) == peers.statements(theirs.stdout)
