"""What env.py of published projects does before it runs the scripts: the same comes of it by both."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

peers = import_module("plugins.migrateops-alembic.tests.peer")

SCRIPT = """
from alembic import op
import sqlalchemy as sa

revision = "aa1"
down_revision = None


def upgrade():
    op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("{table}")
"""


def in_env(project: Any, before: str) -> None:
    """Have ``env.py`` do something first."""
    path = project.root / "migrations" / "env.py"
    text = path.read_text()
    path.write_text(text.replace("target_metadata = None\n", f"target_metadata = None\n{before}\n"))


@pytest.fixture
def by_dialect(project: Any) -> Any:
    """A project whose ``env.py`` chooses the directory of the scripts by the dialect."""
    for dialect in ("sqlite", "postgresql"):
        project.write(f"migrations/versions/{dialect}/aa1.py", SCRIPT.format(table=f"on_{dialect}"))
    in_env(
        project,
        """
import sqlalchemy as sa
from pathlib import Path

dialect = sa.make_url(config.get_main_option("sqlalchemy.url")).get_backend_name()
context.script.version_locations = [Path(__file__).parent / "versions" / dialect]
""",
    )
    return project


def test_where_the_scripts_are(by_dialect: Any) -> None:
    by_dialect.run("upgrade", "head")
    assert by_dialect.tables() == {"alembic_version", "on_sqlite"}
    assert peers.peer(by_dialect.root, "current").stdout == "aa1 (head)\n"
    assert by_dialect.run("current").out == "aa1 (head)\n"
    by_dialect.run("downgrade", "base")
    assert by_dialect.tables() == {"alembic_version"}
    by_dialect.run("stamp", "head")
    assert by_dialect.run("current").out == "aa1 (head)\n"


def test_where_the_scripts_are_offline(by_dialect: Any) -> None:
    theirs = peers.peer(by_dialect.root, "upgrade", "head", "--sql")
    assert peers.statements(by_dialect.run("upgrade", "head", "--sql").out) == peers.statements(theirs.stdout)
    assert "CREATE TABLE on_sqlite" in theirs.stdout


def test_a_script_there_that_cannot_be_read(by_dialect: Any) -> None:
    by_dialect.write("migrations/versions/sqlite/bb2.py", "revision = 'bb2'\ndown_revision = (")
    assert by_dialect.run("upgrade", "head", status=1).err.startswith("error[MO241]")
    assert by_dialect.tables() <= {"alembic_version"}


def test_what_does_not_fit_together_there_is_no_obstacle_to_looking(by_dialect: Any) -> None:
    by_dialect.run("upgrade", "head")
    by_dialect.write("migrations/versions/sqlite/bb2.py", "revision = 'bb2'\ndown_revision = 'nowhere'\n")
    assert by_dialect.run("current").out == "aa1 (head)\n"
    by_dialect.run("current", "--check-heads", status=1)


def test_each_of_several_databases_has_its_own_scripts(project: Any) -> None:
    for database, name in (("one", "aa1"), ("two", "bb1")):
        script = SCRIPT.format(table=database).replace("aa1", name)
        project.write(f"migrations/versions/{database}/{name}.py", script)
    project.write(
        "migrations/env.py",
        """
        from pathlib import Path

        import sqlalchemy as sa
        from alembic import context

        for name in ("one", "two"):
            context.script.version_locations = [Path(__file__).parent / "versions" / name]
            with sa.create_engine(f"sqlite:///{name}.db").connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
        """,
    )
    project.run("upgrade", "head")
    assert project.run("current", "--check-heads").out == "aa1 (head)\nbb1 (head)\n"
    project.run("stamp", "base")
    project.run("current", "--check-heads", status=4)
