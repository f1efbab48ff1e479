"""Distributions that advertise ``alembic.plugins``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.processes import run_module

MODULE = """
from alembic.operations import ops
from alembic.util import PriorityDispatchResult


def setup(plugin):
    plugin.add_autogenerate_comparator(compare, "schema")


def compare(autogen_context, upgrade_ops, schemas):
    upgrade_ops.ops.append(ops.ExecuteSQLOp("SELECT 'of the plugin'"))
    return PriorityDispatchResult.CONTINUE
"""


def run(project: Any, *arguments: str, status: int = 0, set_to: Mapping[str, str] | None = None) -> str:
    """Run the program in a process of its own, as such plugins are set up once in a process."""
    found = run_module("migrateops", *arguments, cwd=project.root, environment=set_to)
    assert found.returncode == status, found.stdout + found.stderr
    return found.stdout + found.stderr


def compared(project: Any, chosen: str) -> str:
    """Return the script that a comparison writes, with these ``autogenerate_plugins``."""
    env = (project.root / "migrations" / "env.py").read_text()
    env = env.replace("target_metadata = None", "import sqlalchemy\ntarget_metadata = sqlalchemy.MetaData()")
    env = env.replace(
        "connection=connection, target", f"connection=connection, autogenerate_plugins={chosen}, target"
    )
    project.write("migrations/env.py", env)
    run(project, "revision", "--autogenerate", "-m", "found")
    (path,) = (project.root / "migrations" / "versions").glob("*_found.py")
    text: str = path.read_text()
    return text


def installed(fake_dist: Any, text: str = MODULE) -> None:
    fake_dist(
        "acme-compare",
        modules={"acme_compare.py": text},
        entry_points={"alembic.plugins": {"acme.compare": "acme_compare"}},
    )


def test_its_comparison_is_asked_where_it_is_chosen(project: Any, fake_dist: Any) -> None:
    installed(fake_dist)
    assert "of the plugin" in compared(project, '["alembic.autogenerate.*", "acme.*"]')


def test_it_is_not_asked_elsewhere(project: Any, fake_dist: Any) -> None:
    installed(fake_dist)
    assert "of the plugin" not in compared(project, "None")


def test_one_that_fails_stops_the_run(project: Any, fake_dist: Any) -> None:
    installed(fake_dist, "def setup(plugin):\n    raise ValueError('no luck')\n")
    project.revision("aa1", 'op.create_table("t", sa.Column("id", sa.Integer))')
    said = run(project, "upgrade", "head", status=1)
    assert "acme.compare" in said
    assert "no luck" in said
    assert "t" not in project.tables()
