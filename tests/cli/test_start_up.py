"""What the full command line imports, counted."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.project import Project

PROGRAM = """
import json, sys
from migrateops.__main__ import main
status = main(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


def imported(project: Project, *words: str) -> set[str]:
    """Return all modules that a command has imported when it is done."""
    command = [sys.executable, "-c", PROGRAM, *words]
    result = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True)
    status, modules = json.loads(result.stderr.splitlines()[-1])
    assert status == 0
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["upgrade", "--help"],
        ["--no-color", "heads"],
        ["plugins", "--help"],
        ["-q", "show", "aa1"],
        ["heads", "--check"],
        ["rebase", "--no-database"],
    ],
)
def test_what_needs_no_database_imports_no_sqlalchemy(project: Project, words: list[str]) -> None:
    project.revision("aa1")
    found = imported(project, *words)
    assert "click" in found
    assert found & {"sqlalchemy", "asyncio", "rich", "mako", "pluggy"} == set()


@pytest.mark.parametrize("words", [["--help"], ["upgrade", "--help"]])
def test_help_reads_neither_configuration_nor_metadata(
    project: Project, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where a plugin has commands, its metadata says which; so do those of this workspace.
    monkeypatch.setenv("MIGRATEOPS_PLUGINS", "none")
    found = imported(project, *words)
    assert found & {"importlib_metadata", "importlib.metadata", "tomllib", "migrateops.config"} == set()


def test_only_the_module_of_the_command_is_imported(project: Project) -> None:
    found = {name for name in imported(project, "upgrade", "--help") if ".cli.verbs." in name}
    assert found == {"migrateops.cli.verbs.run"}


def test_rich_is_for_terminals(project: Project) -> None:
    project.revision("aa1")
    assert "rich" not in imported(project, "upgrade")
    assert "rich" not in imported(project, "plugins", "list")


def test_a_plain_upgrade_needs_no_click(project: Project) -> None:
    project.revision("aa1")
    assert "click" not in imported(project, "upgrade", "aa1")
    assert "click" in imported(project, "-q", "upgrade")


GARBAGE = """
import gc, json, sys
from migrateops.__main__ import main
looked = []
gc.callbacks.append(lambda phase, about: looked.append(phase))
given = sys.argv.pop(1) == "given"
status = main(sys.argv[1:]) if given else main()
print(json.dumps([status, looked, gc.get_freeze_count(), len(gc.get_objects())]), file=sys.stderr)
"""

ENGINE_LEFT_OPEN = """
import sqlalchemy as sa
from migrateops import context

engine = sa.create_engine(context.config.get_main_option("sqlalchemy.url"))


@sa.event.listens_for(engine, "connect")
def log_ahead(connection, record):
    connection.execute("PRAGMA journal_mode = WAL")


with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def garbage(project: Project, *words: str) -> list[Any]:
    """Return the status, how garbage was looked for, how many objects it never is among, and all others."""
    command = [sys.executable, "-c", GARBAGE, *words]
    result = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(result.stderr.splitlines()[-1])
    return found


def test_nobody_looks_for_garbage_among_what_is_imported(project: Project) -> None:
    project.revision("aa1")
    status, looked, kept, others = garbage(project, "own", "upgrade")
    assert (status, looked) == (0, [])
    assert kept > others


def test_the_memory_of_a_program_is_left_alone(project: Project) -> None:
    project.revision("aa1")
    status, _, kept, _ = garbage(project, "given", "upgrade")
    assert (status, kept) == (0, 0)


def test_what_an_environment_leaves_open_is_closed_when_the_process_ends(project: Project) -> None:
    project.revision("aa1")
    project.env(ENGINE_LEFT_OPEN)
    garbage(project, "own", "upgrade")
    assert [path.name for path in project.root.glob("app.db-*")] == []


def test_sql_is_written_without_the_driver(project: Project) -> None:
    project.revision("aa1")
    assert "sqlite3" in imported(project, "upgrade")
    project.configure(url="postgresql+asyncpg://somebody@127.0.0.1/none")
    assert "asyncpg" not in imported(project, "upgrade", "--sql")
