"""What answering a command imports, counted: a time would depend on the machine, a count does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import Project

HEAVY = {"sqlalchemy", "asyncio", "click", "rich", "mako", "pluggy", "importlib_metadata", "alembic"}


def modules(*argv: str, cwd: Path | None = None) -> set[str]:
    """Return the modules that ``python argv`` imports."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *argv], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    prefix = "import time:"
    lines = [line for line in result.stderr.splitlines() if line.startswith(prefix)]
    return {line.rpartition("|")[2].strip() for line in lines}


def added(*argv: str, cwd: Path | None = None) -> set[str]:
    """Return the modules beyond those that a bare interpreter with ``-m`` imports."""
    return modules("-m", "migrateops", *argv, cwd=cwd) - modules("-m", "this", cwd=cwd)


def test_version_imports_next_to_nothing() -> None:
    found = added("--version")
    assert {"migrateops", "migrateops.__main__"} & found
    assert {name.partition(".")[0] for name in found} & {*HEAVY, "dataclasses", "inspect", "typing"} == set()
    assert len(found) <= 4, sorted(found)


@pytest.mark.parametrize("verb", ["heads", "history"])
def test_reading_verbs_import_no_sqlalchemy(project: Project, verb: str) -> None:
    project.revision("aa1")
    project.revision("bb2")
    found = {name.partition(".")[0] for name in added(verb, cwd=project.root)}
    assert "migrateops" in found
    assert found & {*HEAVY, "ast", "dataclasses", "inspect", "pathlib"} == set()


def test_a_header_index_saves_the_scanner(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from migrateops.script import index, reading

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(index, "_SETTLED_AFTER", 0)
    for number in range(reading.INDEX_ABOVE + 1):
        project.revision(f"r{number:04}")
    assert project.run("heads").stdout.startswith(f"r{reading.INDEX_ABOVE:04} (head)")
    found = added("heads", cwd=project.root)
    assert "migrateops.script.index" in found
    assert {name.partition(".")[0] for name in found} & {*HEAVY, "ast", "dataclasses", "json"} == set()


def test_importing_the_package_imports_nothing_else() -> None:
    found = modules("-c", "import migrateops") - modules("-c", "pass")
    assert {name for name in found if name.partition(".")[0] != "migrateops"} == {"__future__"} & found
