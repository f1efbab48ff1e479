"""What several databases are at: one with nothing is not passed over."""

from __future__ import annotations

import json

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.runtime import DatabaseNotAtHead
from tests.project import Project


@pytest.fixture
def several(project: Project) -> Project:
    """One of two databases is at the head, the other has nothing."""
    project.configure(url=None, databases={name: {"url": f"sqlite:///{name}.db"} for name in ("one", "two")})
    project.env("""
        import sqlalchemy as sa
        from migrateops import context

        settings = context.config.settings
        for one in (settings.databases or {"": settings}).values():
            with sa.create_engine(one.url, poolclass=sa.NullPool).connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
    """)
    project.revision("aa1", message="first")
    project.run("-n", "one", "upgrade")
    return project


def test_each_must_be_at_the_heads(several: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    result = several.run("current", "--check-heads", check=False)
    assert result.returncode == 4
    assert result.stdout == "sqlite:///one.db: aa1 (head), first\nsqlite:///two.db: <base>\n"
    monkeypatch.chdir(several.root)
    with pytest.raises(DatabaseNotAtHead) as caught:
        command.current(Config.find(), check_heads=True)
    assert (caught.value.current, caught.value.heads) == ((), ("aa1",))
    several.run("upgrade")
    assert several.run("current", "--check-heads").returncode == 0
    assert [row.revision for row in command.current(Config.find(), check_heads=True)] == ["aa1", "aa1"]


def test_the_document_has_all(several: Project) -> None:
    found = json.loads(several.run("current", "--json").stdout)
    assert [(row["database"], row["revision"]) for row in found] == [
        ("sqlite:///one.db", "aa1"),
        ("sqlite:///two.db", None),
    ]


def test_verbose_names_the_database_at_the_base(several: Project) -> None:
    assert several.run("-n", "two", "current", "-v").stdout == (
        "Database: sqlite:///two.db\nRevision: <base>\n"
    )
    assert several.run("-n", "two", "current", "-v", "--json").stdout == "[]\n"
