"""Subclasses of ``DefaultImpl``: what they say of a dialect is honoured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops_alembic.api import impl

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    impl._impls.clear()


def configured(project: Any, source: str) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", f"import sqlalchemy as sa\n{source}\n{env}")


def compared_with(project: Any, models: str) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", env.replace("target_metadata = None", models))


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
    compared_with(project, models)
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


def test_what_is_taken_out_before_it_is_compared(project: Any) -> None:
    upgrade = """
    op.create_table(
        "t", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
        sa.UniqueConstraint("a", "b", name="uq_kept"), sa.UniqueConstraint("b", name="uq_gone"),
        sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk_kept"),
        sa.ForeignKeyConstraint(["b"], ["t.id"], name="fk_gone"),
    )
    op.create_index("ix_kept", "t", ["a"])
    op.create_index("ix_gone", "t", ["b"])
    """
    project.revision("aa1", upgrade)
    project.run("upgrade", "head")
    models = """target_metadata = sa.MetaData()
columns = [sa.Column(name, sa.Integer) for name in "ab"]
uniques = [sa.UniqueConstraint("id", "a", name="uq_kept_away"), sa.UniqueConstraint("id", "b", name="uq_new")]
indexes = [sa.Index("ix_kept_away", "id", "a"), sa.Index("ix_new", "id", "b")]
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, *uniques, *indexes)
others = [sa.Index("ix_kept_away2", "c"), sa.Index("ix_c", "c")]
sa.Table("u", target_metadata, sa.Column("c", sa.Integer), *others)
"""
    compared_with(project, models)
    configured(
        project,
        """
from alembic.ddl.sqlite import SQLiteImpl

class Own(SQLiteImpl):
    __dialect__ = "sqlite"

    def correct_for_autogen_constraints(self, *sets):
        for found in sets:
            for item in [one for one in found if one.name and "kept" in one.name]:
                found.remove(item)
        super().correct_for_autogen_constraints(*sets)

    def correct_for_autogen_foreignkeys(self, conn_fks, metadata_fks):
        conn_fks -= {key for key in conn_fks if key.name == "fk_kept"}
""",
    )
    project.run("revision", "--autogenerate", "-m", "found", "--rev-id", "bb2")
    text = (project.root / "migrations" / "versions" / "bb2_found.py").read_text()
    words = re.findall(r'"((?:uq|ix|fk)_\w+)"', text.partition("def downgrade")[0])
    assert sorted(words) == ["fk_gone", "ix_c", "ix_gone", "ix_new", "uq_gone", "uq_new"]


STARTS = """
from alembic.ddl.sqlite import SQLiteImpl

class Own(SQLiteImpl):
    __dialect__ = "sqlite"

    def start_migrations(self):
        self.execute("CREATE TABLE started (n INTEGER)")
"""


def test_what_it_does_before_the_first_step(project: Any) -> None:
    configured(project, STARTS)
    project.revision("aa1", 'op.execute("INSERT INTO started VALUES (1)")')
    project.run("upgrade", "head")
    assert project.rows("SELECT n FROM started") == [(1,)]


def test_what_it_does_before_the_first_step_is_written(project: Any) -> None:
    configured(project, STARTS)
    project.revision("aa1", 'op.execute("INSERT INTO started VALUES (1)")')
    written = project.run("upgrade", "head", "--sql").out
    assert written.index("CREATE TABLE started") < written.index("INSERT INTO started")


def test_a_failure_before_the_first_step_stops_the_run(project: Any) -> None:
    configured(project, STARTS.replace("CREATE TABLE", "DROP TABLE").replace(" (n INTEGER)", ""))
    project.revision("aa1", TABLE)
    said = project.run("upgrade", "head", status=1).err
    assert "no such table: started" in said
    assert "t" not in project.tables()


def test_a_server_with_transactions_keeps_the_steps(project: Any, postgresql_url: str) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", postgresql_url.replace("%", "%%")))
    configured(project, STARTS.replace("sqlite", "postgresql").replace("SQLite", "Postgresql"))
    project.revision("aa1", 'op.execute("INSERT INTO started VALUES (1)")')
    project.run("upgrade", "head")
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM started").all() == [(1,)]
    engine.dispose()
