"""Foreign keys with ``use_alter``: CREATE TABLE leaves them out, and scripts add them by themselves."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

peers = import_module("plugins.migrateops-alembic.tests.peer")

REFERRING = """
op.create_table(
    "u",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("a", sa.Integer),
    sa.Column("b", sa.Integer, sa.ForeignKey("t.id", name="fk_b", use_alter=True)),
    sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk_a", use_alter=True),
)
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
"""
LATER = 'op.create_foreign_key("fk_a", "u", "t", ["a"], ["id"], use_alter=True)'
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "u",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("t_id", sa.Integer, sa.ForeignKey("t.id", name="fk_ut", use_alter=True)),
)
sa.Table(
    "t",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("u_id", sa.Integer, sa.ForeignKey("u.id", name="fk_tu")),
)
"""


def on(project: Any, url: str) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url.replace("%", "%%")))


def compared_with(project: Any, models: str) -> None:
    project.write("models.py", models)
    env = project.root / "migrations" / "env.py"
    text = env.read_text()
    env.write_text(text.replace("target_metadata = None", "from models import metadata as target_metadata"))


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_a_table_is_made_without_them(project: Any, request: pytest.FixtureRequest, server: str) -> None:
    url = request.getfixturevalue(server)
    on(project, url)
    project.revision("aa1", REFERRING + LATER, 'op.drop_table("u")\nop.drop_table("t")')
    offline = project.run("upgrade", "head", "--sql").out
    theirs = peers.peer(project.root, "upgrade", "head", "--sql").stdout
    assert peers.statements(offline) == peers.statements(theirs)
    assert "the foreign key fk_b is left out" in project.run("upgrade", "head").err
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    assert [key["name"] for key in sa.inspect(engine).get_foreign_keys("u")] == ["fk_a"]


def test_sqlite_has_them_in_the_table(project: Any) -> None:
    project.revision("aa1", REFERRING)
    project.run("upgrade", "head")
    engine = sa.create_engine(f"sqlite:///{project.root}/app.db", poolclass=sa.NullPool)
    keys = sa.inspect(engine).get_foreign_keys("u")
    assert sorted(str(key["name"]) for key in keys) == ["fk_a", "fk_b"]


def test_one_without_a_name_is_made_with_the_table(project: Any, postgresql_url: str) -> None:
    """Made apart, it could not be dropped again."""
    on(project, postgresql_url)
    unnamed = MODELS.replace('name="fk_ut", ', "").replace(
        'sa.ForeignKey("u.id", name="fk_tu")', "sa.Integer"
    )
    compared_with(project, unnamed.replace('"u_id", sa.Integer, sa.Integer', '"u_id", sa.Integer'))
    project.run("revision", "--autogenerate", "-m", "both")
    project.run("upgrade", "head")
    project.run("check")
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    assert [key["referred_table"] for key in sa.inspect(engine).get_foreign_keys("u")] == ["t"]
    project.run("downgrade", "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]


def test_new_scripts_add_them(project: Any, postgresql_url: str) -> None:
    on(project, postgresql_url)
    compared_with(project, MODELS)
    project.run("revision", "--autogenerate", "-m", "both")
    project.run("upgrade", "head")
    project.run("check")
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    assert [inspector.get_foreign_keys(name)[0]["name"] for name in ("t", "u")] == ["fk_tu", "fk_ut"]
    project.run("downgrade", "base")
