"""``post_write_hooks`` in every form of the configuration, and what new scripts need of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrateops.config import Config
from migrateops.errors.config import WrongValue

TOML = """
[[{0}post_write_hooks]]
name = "format"
type = "console_scripts"
entrypoint = "black"
options = "-l 79 REVISION_SCRIPT_FILENAME"

[[{0}post_write_hooks]]
name = "lint"
type = "exec"
executable = "{1}bin/ruff"
cwd = "{1}sub"
ignore_failure = true
"""
INI = """
[migrateops]
script_location = x

[post_write_hooks]
hooks = format, Lint
format.type = console_scripts
format.entrypoint = black
format.options = -l 79 REVISION_SCRIPT_FILENAME
lint.type = exec
lint.executable = %(here)s/bin/ruff
lint.cwd = %(here)s/sub
lint.ignore_failure = yes
not_listed.type = exec
"""


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("migrateops.toml", TOML.format("", "")),
        ("migrateops.toml", TOML.format("tool.migrateops.", "")),
        ("pyproject.toml", TOML.format("tool.migrateops.", "")),
        ("migrateops.ini", INI),
    ],
)
def test_every_form(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    first, second = Config.find(tmp_path).settings.post_write_hooks
    assert first == {
        "name": "format",
        "type": "console_scripts",
        "entrypoint": "black",
        "options": "-l 79 REVISION_SCRIPT_FILENAME",
    }
    assert second == {
        "name": "Lint" if file.endswith(".ini") else "lint",
        "type": "exec",
        "executable": str(tmp_path / "bin" / "ruff"),
        "cwd": str(tmp_path / "sub"),
        "ignore_failure": True,
    }


def test_programs_on_the_path_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOL", "ruff")
    text = '[[post_write_hooks]]\nname = "a"\ntype = "exec"\nexecutable = "${TOOL}"\nlevel = 3\n'
    (tmp_path / "migrateops.toml").write_text(text)
    [hook] = Config.find(tmp_path).settings.post_write_hooks
    assert hook == {"name": "a", "type": "exec", "executable": "ruff", "level": 3}


def test_a_database_has_those_of_its_project(tmp_path: Path) -> None:
    text = '[[post_write_hooks]]\nname = "a"\ntype = "x"\n[databases.one]\nurl = "sqlite://"\n'
    (tmp_path / "migrateops.toml").write_text(text)
    assert Config.find(tmp_path, name="one").settings.post_write_hooks == ({"name": "a", "type": "x"},)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("migrateops.toml", "post_write_hooks = 'black'\n"),
        ("migrateops.toml", "[post_write_hooks]\nname = 'a'\n"),
        ("migrateops.toml", "[[post_write_hooks]]\nname = 3\n"),
        ("migrateops.toml", "[[post_write_hooks]]\nname = 'a'\nignore_failure = 'yes'\n"),
        ("migrateops.ini", "[migrateops]\n[post_write_hooks]\nhooks = a\na.ignore_failure = perhaps\n"),
    ],
)
def test_wrong_values(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(WrongValue) as caught:
        _ = Config.find(tmp_path).settings
    assert (caught.value.code, caught.value.key) == ("MO104", "post_write_hooks")


def test_an_encoding_that_python_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "migrateops.toml").write_text("output_encoding = 'utf-99'\n")
    with pytest.raises(WrongValue) as caught:
        _ = Config.find(tmp_path).settings
    assert caught.value.key == "output_encoding"


@pytest.mark.parametrize("name", ["migrateops", "two"])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("migrateops.toml", "[databases.two]\n[databases.one]\n"),
        ("migrateops.ini", "[migrateops]\ndatabases = two, one\n[one]\n[two]\n"),
    ],
)
def test_the_names_of_the_databases(tmp_path: Path, file: str, text: str, name: str) -> None:
    (tmp_path / file).write_text(text)
    assert Config.find(tmp_path, name=name).database_names == ("two", "one")
    assert Config().database_names == ()
