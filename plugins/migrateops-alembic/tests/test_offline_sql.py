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


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://", "mysql+pymysql://"])
@pytest.mark.parametrize("body", [ROWS_OF_A_NEW_TABLE], ids=["rows of a new table"])
def test_it_is_the_same(project: Any, url: str, body: str) -> None:
    project.revision("aa1", body)
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url))
    theirs = peers.peer(project.root, "upgrade", "head", "--sql")
    assert theirs.returncode == 0, theirs.stderr
    ours = project.run("upgrade", "head", "--sql").out
    assert peers.statements(ours) == peers.statements(theirs.stdout)
