"""``edit``: which files are opened, and with what."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.commands import EditorFailed, EditorMissing
from migrateops.errors.history import NothingToShow
from migrateops.errors.revisions import RevisionNotFound
from tests.project import Project

EDITOR = """
import pathlib, sys

log = pathlib.Path(__file__).with_name("log")
with log.open("a") as file:
    print(*(pathlib.Path(word).name for word in sys.argv), file=file)
"""


@pytest.fixture
def history(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two branches, one of them applied; no editor is set."""
    project.revision("aa1")
    project.revision("bbbb2", "aa1")
    project.revision("cc3", "aa1", branch_labels="shop")
    for variable in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(variable, raising=False)
    return project


def program(root: Path, name: str, text: str = EDITOR) -> Path:
    path = root / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


def opened(root: Path) -> list[str]:
    return (root / "log").read_text().splitlines()


@pytest.mark.parametrize(
    ("rev", "files"),
    [
        ("aa1", ["aa1"]),
        ("bbbb", ["bbbb2"]),
        ("shop@head", ["cc3"]),
        ("heads", ["bbbb2", "cc3"]),
        ("current", ["bbbb2"]),
    ],
)
def test_what_is_opened(
    history: Project, monkeypatch: pytest.MonkeyPatch, rev: str, files: list[str]
) -> None:
    command.upgrade(Config.find(history.root), "bbbb2")
    monkeypatch.setenv("EDITOR", str(program(history.root, "ed it")))
    paths = command.edit(Config.find(history.root), rev)
    assert paths == tuple(str(history.root / "migrations" / "versions" / f"{name}.py") for name in files)
    assert opened(history.root) == [" ".join(["ed it", *(f"{name}.py" for name in files)])]


@pytest.mark.parametrize("rev", ["dd4", "base", "current"])
def test_what_is_no_revision(history: Project, monkeypatch: pytest.MonkeyPatch, rev: str) -> None:
    monkeypatch.setenv("EDITOR", str(program(history.root, "ed")))
    config = Config.find(history.root)
    with pytest.raises((RevisionNotFound, NothingToShow)):
        command.edit(config, rev)
    assert not (history.root / "log").exists()


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"EDITOR": "one", "VISUAL": "two"}, "one"),
        ({"VISUAL": "two"}, "two"),
        ({"EDITOR": " ", "VISUAL": "two"}, "two"),
        ({"EDITOR": "one --wait 'a b'"}, "one --wait a b"),
        ({}, "nano"),
    ],
)
def test_which_editor(
    history: Project, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], line: str
) -> None:
    directory = history.root / "bin"
    directory.mkdir()
    for name in ("one", "two", "nano", "vi"):
        program(directory, name)
    monkeypatch.setenv("PATH", str(directory))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    command.edit(Config.find(history.root), "aa1")
    assert opened(directory) == [f"{line} aa1.py"]


@pytest.mark.parametrize("named", ["no-such-editor", "no-such-editor --wait", "unbalanced '", None])
def test_no_editor(history: Project, monkeypatch: pytest.MonkeyPatch, named: str | None) -> None:
    monkeypatch.setenv("PATH", str(history.root))
    if named is not None:
        monkeypatch.setenv("VISUAL", named)
    with pytest.raises(EditorMissing) as caught:
        command.edit(Config.find(history.root), "aa1")
    assert caught.value.code == "MO124"
    assert caught.value.variable == ("VISUAL" if named else "")
    assert "no-such-editor" in caught.value.tried if named and "'" not in named else caught.value.tried


def test_an_editor_that_fails(history: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", str(program(history.root, "fail", "raise SystemExit(7)")))
    with pytest.raises(EditorFailed) as caught:
        command.edit(Config.find(history.root), "aa1")
    assert (caught.value.code, caught.value.problem) == ("MO125", "ended with status 7")
    broken = history.root / "broken"
    broken.write_text("#!/nowhere/at/all\n")
    broken.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(broken))
    with pytest.raises(EditorFailed) as caught:
        command.edit(Config.find(history.root), "aa1")
    assert caught.value.problem.startswith("cannot be started")


def test_a_new_script_is_opened(history: Project) -> None:
    template = Path(Config().get_template_directory(), "plain", "script.py.mako")
    shutil.copy(template, history.root / "migrations")
    editor = program(history.root, "ed")
    history.cli(
        "revision", "--head", "bbbb2", "-m", "new", "--rev-id", "dd4", "--edit", env={"EDITOR": str(editor)}
    )
    assert opened(history.root) == ["ed dd4_new.py"]
    result = history.cli("edit", "dd4", env={"EDITOR": os.devnull}, check=False)
    assert result.stderr.startswith("error[MO124]: ")
