"""Subclasses of ``DefaultImpl``: what they say of a dialect is honoured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from migrateops_alembic.api import impl

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    impl._impls.clear()


def configured(project: Any, source: str) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", f"import sqlalchemy as sa\n{source}\n{env}")


def test_the_version_table(project: Any) -> None:
    configured(
        project,
        """
from alembic.ddl.sqlite import SQLiteImpl

class Own(SQLiteImpl):
    __dialect__ = "sqlite"

    def version_table_impl(self, **kw):
        table = super().version_table_impl(**kw)
        table.append_column(sa.Column("at", sa.String(9), server_default="now"))
        return table
""",
    )
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1", "now")]


def test_a_dialect_without_a_pack(project: Any) -> None:
    configured(
        project,
        """
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from alembic.ddl.impl import DefaultImpl

class OwnDialect(DefaultDialect):
    name = "own"

import sys
sys.modules["own_dialect"] = type(sys)("own_dialect")
sys.modules["own_dialect"].OwnDialect = OwnDialect
registry.register("own", "own_dialect", "OwnDialect")

class OwnImpl(DefaultImpl):
    __dialect__ = "own"
    transactional_ddl = True
""",
    )
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", "own://"))
    project.revision("aa1", TABLE)
    out = project.run("upgrade", "head", "--sql").out
    assert "CREATE TABLE t (" in out
    assert out.startswith("BEGIN;")
    assert out.rstrip().endswith("COMMIT;")


def test_types(project: Any) -> None:
    project.revision("aa1", 'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))')
    project.run("upgrade", "head")
    models = """target_metadata = sa.MetaData()
a, b = sa.Column("a", sa.String), sa.Column("b", sa.String)
sa.Table("t", target_metadata, a, b, sa.Column("c", sa.Text))"""
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", env.replace("target_metadata = None", models))
    configured(
        project,
        """
from alembic.ddl.sqlite import SQLiteImpl

class Own(SQLiteImpl):
    __dialect__ = "sqlite"

    def compare_type(self, inspector_column, metadata_column):
        if metadata_column.name == "a":
            return False
        return super().compare_type(inspector_column, metadata_column)

    def render_type(self, type_obj, autogen_context):
        return "sa.Text(7)" if isinstance(type_obj, sa.Text) else False
""",
    )
    project.run("revision", "--autogenerate", "-m", "found", "--rev-id", "bb2")
    text = (project.root / "migrations" / "versions" / "bb2_found.py").read_text()
    assert "sa.Text(7)" in text
    upgrade = text.partition("def downgrade")[0]
    assert '"b"' in upgrade
    assert '"a"' not in upgrade
