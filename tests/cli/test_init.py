"""``init``: what is made, where, and that it works at once."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from migrateops.commands.init import init
from migrateops.commands.list_templates import list_templates
from migrateops.config import Config
from migrateops.errors.commands import DirectoryNotEmpty, FileRefused, UnknownTemplate
from tests.project import Project


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """A directory with nothing in it, and the two ways to run commands there."""
    project = Project(tmp_path / "empty")
    for path in sorted(project.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    return project


def files(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


@pytest.mark.parametrize("template", ["plain", "generic"])
@pytest.mark.parametrize("option", [None, "--pyproject", "--ini"])
def test_what_is_made_works(empty: Project, template: str, option: str | None) -> None:
    empty.cli("init", "scripts", "-t", template, *([option] if option else []))
    names = {None: "migrateops.toml", "--pyproject": "pyproject.toml", "--ini": "migrateops.ini"}
    made = {names[option], "scripts", "scripts/versions", "scripts/README", "scripts/script.py.mako"}
    assert files(empty.root) == made | ({"scripts/env.py"} if template == "generic" else set())
    empty.cli("revision", "-m", "first", "--rev-id", "aa1")
    empty.cli("upgrade")
    assert empty.cli("current").stdout == "aa1 (head), first\n"
    assert (empty.root / "app.db").exists()


def test_the_table_is_added_to_a_pyproject(empty: Project) -> None:
    before = '[project]\nname = "shop"\n'
    empty.write("pyproject.toml", before)
    empty.run("init", "--pyproject")
    assert (empty.root / "pyproject.toml").read_text().startswith(f"{before}\n[tool.migrateops]\n")
    assert Config.find(empty.root).settings.script_location == str(empty.root / "migrations")


def test_a_pyproject_keeps_its_line_ends_and_its_mode(empty: Project) -> None:
    path = empty.root / "pyproject.toml"
    path.write_bytes(b'[project]\r\nname = "shop"\r\n')
    path.chmod(0o600)
    empty.run("init", "--pyproject")
    content = path.read_bytes()
    assert content.startswith(b'[project]\r\nname = "shop"\r\n\r\n[tool.migrateops]\r\n')
    assert content.count(b"\n") == content.count(b"\r\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_pyproject_that_is_a_link_stays_one(empty: Project) -> None:
    shared = empty.write("shared/project.toml", '[project]\nname = "shop"\n')
    path = empty.root / "pyproject.toml"
    path.symlink_to(shared)
    empty.run("init", "--pyproject")
    assert path.is_symlink()
    assert set(tomllib.loads(shared.read_text())) == {"project", "tool"}
    assert files(shared.parent) == {"project.toml"}


@pytest.mark.parametrize("option", [None, "--pyproject", "--ini"])
@pytest.mark.parametrize("name", ['a "b"', "50% off %(here)s", "back\\slash", "${HOME} $${x}", "übung"])
def test_any_name_of_a_directory(empty: Project, name: str, option: str | None) -> None:
    empty.run("init", name, *([option] if option else []))
    assert Path(str(Config.find(empty.root).settings.script_location)) == empty.root / name
    assert (empty.root / name / "versions").is_dir()


@pytest.mark.parametrize("option", ["--pyproject", "--ini", "--package"])
def test_a_configuration_that_is_there_stays(empty: Project, option: str) -> None:
    path = empty.write("migrateops.toml", 'url = "sqlite:///mine.db"\n')
    result = empty.run("init", option)
    assert path.read_text() == 'url = "sqlite:///mine.db"\n'
    assert not (empty.root / "migrateops.ini").exists()
    assert not (empty.root / "pyproject.toml").exists()
    assert "migrateops.toml is there already" in result.stdout


def test_package(empty: Project) -> None:
    empty.run("init", "--package")
    assert {"migrations/__init__.py", "migrations/versions/__init__.py"} < files(empty.root)


def test_an_empty_directory_is_taken_and_no_other(empty: Project) -> None:
    (empty.root / "scripts").mkdir()
    init(None, "scripts", root=empty.root)
    before = files(empty.root)
    for name in ("scripts", "migrateops.toml"):
        with pytest.raises(DirectoryNotEmpty) as caught:
            init(None, name, root=empty.root)
        assert caught.value.directory == str(empty.root / name)
    assert files(empty.root) == before


def test_nothing_is_left_where_it_fails(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(FileRefused):
        init(root=empty.root)
    assert files(empty.root) == set()
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(FileRefused):
        init(root=empty.root)
    assert files(empty.root) == set()


def test_a_template_whose_readme_is_not_text(empty: Project) -> None:
    directory = empty.root / "ours" / "odd"
    directory.mkdir(parents=True)
    (directory / "script.py.mako").touch()
    (directory / "README").write_bytes(b"caf\xe9\n")
    assert [one.summary for one in list_templates(None, empty.root / "ours") if one.name == "odd"] == [
        "caf\ufffd"
    ]


def test_an_unknown_template(empty: Project) -> None:
    with pytest.raises(UnknownTemplate) as caught:
        init(template="genric", root=empty.root)
    assert caught.value.known == tuple(one.name for one in list_templates())
    assert caught.value.hint() == "use 'generic'"
    assert "list_templates" in UnknownTemplate("nix", ("async", "plain")).hint()


@pytest.mark.parametrize(
    "words",
    [
        ["--ini", "--pyproject"],
        ["-t", "pyproject", "--ini"],
        ["-c", "other.toml", "--ini"],
    ],
)
def test_where_to_configure_is_said_once(empty: Project, words: list[str]) -> None:
    result = empty.run("init", *words, check=False)
    assert result.returncode == 2
    assert files(empty.root) == set()


@pytest.mark.parametrize("template", ["pyproject", "pyproject_async"])
def test_a_template_may_say_where_to_configure(empty: Project, template: str) -> None:
    empty.run("init", "-t", template)
    assert (empty.root / "pyproject.toml").read_text().startswith("[tool.migrateops]\n")
    assert not (empty.root / "migrateops.toml").exists()
    empty.run("init", "again", "-t", template, "--pyproject")


@pytest.mark.parametrize("name", ["conf/shop.toml", "shop.ini", "conf/pyproject.toml"])
def test_the_file_that_is_named_is_written(empty: Project, name: str) -> None:
    (empty.root / "conf").mkdir()
    result = empty.run("-c", name, "init", "scripts")
    assert f"wrote {name}\n" in result.stdout
    with_name = Config.from_file(empty.root / name)
    assert with_name.settings.script_location.endswith("scripts")
    before = (empty.root / name).read_bytes()
    assert f"{name} is there already" in empty.run("-c", name, "init", "more").stdout
    assert (empty.root / name).read_bytes() == before


def test_the_named_pyproject_gets_the_table(empty: Project) -> None:
    empty.write("pyproject.toml", '[project]\nname = "shop"\n')
    empty.run("-c", "pyproject.toml", "init")
    assert set(tomllib.loads((empty.root / "pyproject.toml").read_text())) == {"project", "tool"}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("plain", []),
        ("generic", ["(or target_metadata in scripts/env.py, in the place of models)"]),
        (
            "async",
            [
                "(or target_metadata in scripts/env.py, in the place of models)",
                "pip install aiosqlite, or the asyncio driver that your url names",
            ],
        ),
    ],
)
def test_what_is_to_be_done_next(empty: Project, template: str, said: list[str]) -> None:
    """The models are set in one place, and what the url needs is not there by itself."""
    _, after = empty.run("init", "scripts", "-t", template).stdout.split("Next: ")
    first, *lines = [line.strip() for line in after.splitlines()]
    assert first == "set url and models in migrateops.toml"
    assert lines[:-2] == said
