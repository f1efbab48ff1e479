"""Core alone, installed from its directory; then the plugin that a script needs, installed after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.install.conftest import ROOT, Venv
from tests.project import Project
from tests.servers import Schema


@pytest.fixture(scope="module")
def venv(clean_venv: Callable[[], Venv]) -> Venv:
    """Core from its directory, and a driver that is no part of it."""
    made = clean_venv()
    made.install(ROOT / "core", "psycopg[binary]>=3.1")
    return made


@pytest.fixture
def numbered(project: Project) -> Project:
    """A project whose second revision needs an operation that core does not have."""
    project.revision("aa1", upgrade='op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))')
    project.revision("bb2", upgrade='op.create_sequence("numbers")', downgrade='op.drop_sequence("numbers")')
    return project


def relations(schema: Schema) -> dict[str, set[str]]:
    engine = sa.create_engine(schema.url)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {"tables": {*inspector.get_table_names()}, "sequences": {*inspector.get_sequence_names()}}
    engine.dispose()
    # The one that the serial column has is no object of ours.
    found["sequences"].discard("first_id_seq")
    return found


def test_it_is_a_whole_tool(venv: Venv, project: Project) -> None:
    assert not any(name.startswith("migrateops-") for name in venv.installed())
    project.revision("aa1", upgrade='op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))')
    project.revision(
        "bb2",
        upgrade='op.add_column("first", sa.Column("name", sa.String(20)))',
        downgrade='op.drop_column("first", "name")',
    )
    venv.migrateops("upgrade", "head", cwd=project.root)
    engine = sa.create_engine(project.url)
    assert [column["name"] for column in sa.inspect(engine).get_columns("first")] == ["id", "name"]
    venv.migrateops("downgrade", "-1", cwd=project.root)
    assert venv.migrateops("current", cwd=project.root).stdout.startswith("aa1")
    assert [column["name"] for column in sa.inspect(engine).get_columns("first")] == ["id"]
    engine.dispose()


def test_a_dialect_without_its_pack_is_told_with_what_to_install(
    venv: Venv, numbered: Project, postgresql_schema: Schema
) -> None:
    numbered.configure(url=postgresql_schema.url)
    done = venv.migrateops("upgrade", "head", cwd=numbered.root, check=False)
    assert done.returncode != 0
    assert "MO509" in done.stderr
    assert "pip install migrateops-postgresql" in done.stderr
    assert relations(postgresql_schema) == {"tables": set(), "sequences": set()}


def test_a_script_that_needs_a_plugin_stops_the_run_before_its_first_statement(
    venv: Venv, numbered: Project
) -> None:
    done = venv.migrateops("upgrade", "head", cwd=numbered.root, check=False)
    assert done.returncode != 0
    assert "MO523" in done.stderr
    assert "pip install migrateops-sequences" in done.stderr
    assert "bb2.py" in done.stderr
    engine = sa.create_engine(numbered.url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_after_installing_it_the_same_command_succeeds(
    clean_venv: Callable[[], Venv], numbered: Project, postgresql_schema: Schema
) -> None:
    venv = clean_venv()
    venv.install(ROOT / "core", "psycopg[binary]>=3.1")
    # What standard SQL has is enough for the first half of the story.
    numbered.configure(url=postgresql_schema.url, generic_dialects=["postgresql"])
    stopped = venv.migrateops("upgrade", "head", cwd=numbered.root, check=False)
    assert stopped.returncode != 0
    assert "pip install migrateops-sequences" in stopped.stderr
    assert relations(postgresql_schema) == {"tables": set(), "sequences": set()}

    venv.install(ROOT / "core", ROOT / "plugins/migrateops-postgresql", ROOT / "plugins/migrateops-sequences")
    venv.migrateops("upgrade", "head", cwd=numbered.root)
    assert relations(postgresql_schema) == {
        "tables": {"first", "migrateops_version"},
        "sequences": {"numbers"},
    }
    venv.migrateops("downgrade", "aa1", cwd=numbered.root)
    assert relations(postgresql_schema)["sequences"] == set()
