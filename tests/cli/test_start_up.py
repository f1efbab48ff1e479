"""What the full command line imports, counted."""

from __future__ import annotations

import json
import subprocess
import sys

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
