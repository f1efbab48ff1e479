"""The floors of core hold, and the contracts that hold them do fail when a floor is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.tree import CORE, ROOT, imported, shown, sources


def contracts(path: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts against the ``migrateops`` that lies in *path*."""
    command = "from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold() -> None:
    result = contracts(CORE.parent)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("errors/broken.py", "from migrateops.operations import registry"),
        ("operations/broken.py", "def late():\n    import migrateops.runtime"),
        ("revisions/broken.py", "import sqlalchemy"),
        ("unplaced.py", ""),
    ],
)
def test_a_broken_floor_is_found(tmp_path: Path, where: str, line: str) -> None:
    shutil.copytree(CORE, tmp_path / "migrateops", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrateops" / where).write_text(line + "\n")
    result = contracts(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert Path(where).stem in result.stdout


def test_core_imports_no_plugin() -> None:
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in sources(CORE, "*.py")
        for line, name in imported(path)
        if name.startswith("migrateops_")
    ]
    assert found == []


def test_plugins_use_public_modules_of_core_only() -> None:
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in sources(ROOT / "plugins", "*.py")
        for line, name in imported(path)
        if name.partition(".")[0] == "migrateops" and any(part.startswith("_") for part in name.split("."))
    ]
    assert found == []
