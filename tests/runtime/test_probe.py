"""An upgrade with nothing to do asks the driver alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from migrateops import command
from migrateops.commands.probe import at_heads
from migrateops.config import Config
from migrateops.dialects.sqlite import probe
from migrateops.script.directory import ScriptDirectory
from tests.project import Project

IMPORTED = """
import json, sys
from migrateops.__main__ import main
status = main(["upgrade", "head"])
names = ("sqlalchemy", "pluggy", "importlib_metadata", "asyncio")
print(json.dumps([status, [name for name in names if name in sys.modules]]))
"""


def _ready(project: Project) -> Project:
    project.configure()
    project.revision("a1")
    command.upgrade(Config.find(project.root), "head")
    return project


def _heads(project: Project, revision: str = "head") -> tuple[str, ...] | None:
    config = Config.find(project.root)
    return at_heads(config, ScriptDirectory.from_config(config), revision)


def test_nothing_pending_imports_neither_sqlalchemy_nor_plugins(project: Project) -> None:
    _ready(project)
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]


def test_it_knows_the_heads_and_what_is_pending(project: Project) -> None:
    _ready(project)
    assert _heads(project) == ("a1",)
    assert _heads(project, "a1") is None
    project.revision("b2")
    assert _heads(project) is None


def test_a_project_with_an_env_py_is_not_probed(project: Project) -> None:
    _ready(project).env("raise SystemExit")
    assert _heads(project) is None


@pytest.mark.parametrize(
    "settings",
    [{"run_hooks": True}, {"plugins": {"require": ["acme"]}}, {"sqlalchemy.echo": True}],
    ids=lambda settings: next(iter(settings)),
)
def test_on_doubt_the_run_goes_on(project: Project, settings: dict[str, object]) -> None:
    _ready(project).configure(**settings)
    assert _heads(project) is None


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    assert probe.heads(f"sqlite:///{file}", "migrateops_version", None) is None
    assert not file.exists()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///x.db?mode=ro", "sqlite+aiosqlite:///x"]
)
def test_urls_that_it_does_not_know(url: str) -> None:
    assert probe.heads(url, "migrateops_version", None) is None
