"""An upgrade with nothing to do asks the driver alone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from migrateops import command
from migrateops.commands.probe import at_heads
from migrateops.config import Config
from migrateops.dialects.sqlite import probe
from migrateops.script.directory import ScriptDirectory
from tests.project import Project

COUNTED = """
import json, sys
opened = []
connected = []
def note(event, arguments):
    if event == "open" and str(arguments[0]).endswith("a1.py"):
        opened.append(arguments[0])
    if event == "sqlite3.connect":
        connected.append(arguments[0])
sys.addaudithook(note)
from migrateops.__main__ import main
status = main(sys.argv[1:])
names = ("sqlalchemy", "pluggy", "importlib_metadata", "asyncio", "click", "dataclasses", "pathlib")
executed = [name for name in sys.modules if name.startswith("migrateops_revision")]
heavy = [name for name in names if name in sys.modules]
print(json.dumps([status, heavy, executed, len(connected), len(opened)]))
"""


def _ready(project: Project) -> Project:
    project.revision("a1")
    command.upgrade(Config.find(project.root), "head")
    return project


def _heads(project: Project, revision: str = "head") -> tuple[str, ...] | None:
    config = Config.find(project.root)
    return at_heads(config, ScriptDirectory.from_config(config), revision)


@pytest.mark.parametrize(
    "words",
    [["upgrade"], ["upgrade", "head"], ["upgrade", "heads"], ["current"]],
    ids=" ".join,
)
def test_nothing_pending_takes_the_driver_alone(project: Project, words: list[str]) -> None:
    _ready(project)
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, *words], cwd=project.root, capture_output=True, text=True, check=True
    )
    # One connection; each header is read once, and no file is executed.
    assert json.loads(done.stdout.splitlines()[-1]) == [0, [], [], 1, 1]


@pytest.mark.parametrize("verb", ["upgrade", "current"])
def test_so_it_is_with_the_pack_of_a_server(project: Project, postgresql_url: str, verb: str) -> None:
    project.configure(url=postgresql_url)
    _ready(project)
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, verb], cwd=project.root, capture_output=True, text=True, check=True
    )
    status, heavy, executed, _, opened = json.loads(done.stdout.splitlines()[-1])
    assert (status, executed, opened) == (0, [], 1)
    assert set(heavy) & {"sqlalchemy", "pluggy", "click"} == set()


@pytest.mark.parametrize("verb", ["upgrade", "current"])
def test_it_prints_what_the_full_command_prints(project: Project, verb: str) -> None:
    _ready(project)
    project.revision("b2", "a1", branch_labels=("shop",), message="Größe")
    project.revision("c3", "a1")
    command.upgrade(Config.find(project.root), "heads")
    target = ["heads"] if verb == "upgrade" else []
    quick, full = project.cli(verb, *target), project.cli(verb, *target, "-x", "full=yes")
    assert (quick.stdout, quick.stderr) == (full.stdout, full.stderr)
    assert quick.stdout


def test_what_it_cannot_know_is_left_to_the_full_command(project: Project) -> None:
    _ready(project)
    project.revision("b2", "a1")
    assert "a1 -> b2" in project.run("upgrade").stdout
    (project.root / "migrations/versions/b2.py").unlink()
    assert project.run("current").stdout == "b2 (no script)\n"
    assert "MO" in project.run("upgrade", check=False).stderr


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


def test_a_path_with_signs_that_mean_something_in_a_uri(tmp_path: Path) -> None:
    project = Project(tmp_path / "100% #1")
    _ready(project)
    assert _heads(project) == ("a1",)


def test_nothing_is_left_beside_a_database_in_wal_mode(project: Project) -> None:
    _ready(project)
    with closing(sqlite3.connect(project.root / "app.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
    before = {path.name for path in project.root.iterdir()}
    assert probe.heads(project.url, "migrateops_version", None) == ("a1",)
    assert {path.name for path in project.root.iterdir()} == before
