"""Where scripts are: packages of all kinds, several directories, and some that are not there."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.commands import FileRefused
from migrateops.errors.scripts import (
    ScriptDirectoryMissing,
    ScriptSyntaxError,
    ScriptUnreadable,
    VersionLocationMissing,
    VersionPathUnknown,
)
from migrateops.script import ScriptDirectory
from migrateops.script.locations import directory_of
from tests.project import Project

SCRIPT = '"""x"""\nrevision = {!r}\ndown_revision = {!r}\n\n\ndef upgrade():\n    pass\n'


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory that is on the path."""
    place = tmp_path / "on_path"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    before = set(sys.modules)
    yield place
    for name in set(sys.modules) - before:
        assert not name.startswith("located"), "nothing is imported to find a directory"


def package(place: Path, name: str, *, regular: bool = True) -> Path:
    directory = place.joinpath(*name.split("."))
    directory.mkdir(parents=True)
    if regular:
        for inner in (directory, *directory.parents):
            if inner == place:
                break
            (inner / "__init__.py").write_text("raise AssertionError('imported')\n")
    return directory


@pytest.mark.parametrize("name", ["located", "located.inner.deep"])
@pytest.mark.parametrize("regular", [True, False])
def test_a_package(on_path: Path, name: str, regular: bool) -> None:
    directory = package(on_path, name, regular=regular)
    (directory / "db").mkdir()
    assert directory_of(f"{name}:db") == str(directory / "db")


@pytest.mark.parametrize("inner", ["server:db", "server/db", "server::db", "server:db:"])
def test_directories_below_a_package_are_parted_by_colons_too(on_path: Path, inner: str) -> None:
    directory = package(on_path, "located") / "server" / "db"
    directory.mkdir(parents=True)
    assert directory_of(f"located:{inner}") == str(directory)


def test_the_part_of_a_namespace_package_that_has_the_directory(
    on_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(on_path, "located", regular=False)
    more = package(tmp_path / "more", "located", regular=False)
    (more / "db").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "more"))
    monkeypatch.syspath_prepend(str(on_path))
    assert directory_of("located:db") == str(more / "db")


def test_where_else_it_is_looked_for(on_path: Path, tmp_path: Path) -> None:
    (package(on_path, "located") / "db").mkdir()
    mine = package(tmp_path / "mine", "located")
    (mine / "db").mkdir()
    assert directory_of("located:db", [str(tmp_path / "mine")]) == str(mine / "db")
    with pytest.raises(ScriptDirectoryMissing):
        directory_of("located.nothing:db")


def test_a_package_in_a_zip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "located.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("located_zip/__init__.py", "")
        file.writestr("located_zip/db/versions/x.py", SCRIPT.format("aa1", None))
    monkeypatch.syspath_prepend(str(archive))
    with pytest.raises(ScriptDirectoryMissing):
        ScriptDirectory(directory_of("located_zip:db"))


def test_the_package_of_a_project_that_is_not_installed(project: Project) -> None:
    project.write("located_shop/__init__.py", "")
    project.write("located_shop/db/versions/aa1.py", SCRIPT.format("aa1", None))
    project.write("located_shop/more/bb2.py", SCRIPT.format("bb2", "aa1"))
    project.configure(
        script_location="located_shop:db",
        version_locations=["located_shop:db/versions", "located_shop:more"],
        prepend_sys_path=["."],
    )
    assert project.run("heads").stdout == "bb2 (head), x\n"


# ----------------------------------------------------------------------------- missing locations


@pytest.fixture
def misspelt(project: Project) -> Project:
    """A project with two locations, one of them not there, and one applied script."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
    project.write("migrations/script.py.mako", template)
    project.revision("aa1")
    command.upgrade(Config.find(project.root))
    project.configure(version_locations=["migrations/versions", "migrations/verions"])
    return project


def test_reading_goes_on_and_says_it(misspelt: Project) -> None:
    for verb in ("heads", "history"):
        result = misspelt.run(verb)
        assert "aa1" in result.stdout
        assert "verions' does not exist" in result.stderr
    assert misspelt.run("current").stdout.startswith("aa1 (head)")


def test_what_needs_every_script_stops(misspelt: Project) -> None:
    path = str(misspelt.root / "migrations" / "verions")
    config = Config.find(misspelt.root)
    for act in (
        lambda: command.upgrade(config),
        lambda: command.upgrade(config, sql=True),
        lambda: command.stamp(config, "head"),
        lambda: command.revision(config),
        lambda: command.revision(config, version_path=str(misspelt.root / "migrations" / "versions")),
    ):
        with pytest.raises(VersionLocationMissing) as caught:
            act()
        assert (caught.value.code, caught.value.path) == ("MO269", path)
    assert not Path(path).exists()
    with pytest.raises((VersionPathUnknown, VersionLocationMissing)):
        command.revision(config, version_path=str(misspelt.root / "migrations" / "nowhere"))
    assert sorted(path.name for path in misspelt.root.rglob("*.py")) == ["aa1.py"]


def test_the_location_that_a_new_script_is_for_is_made(misspelt: Project) -> None:
    path = misspelt.root / "migrations" / "verions"
    misspelt.run("revision", "--version-path", "migrations/verions", "--rev-id", "bb2", "-m", "x")
    assert [one.name for one in path.iterdir()] == ["bb2_x.py"]
    assert misspelt.run("heads").stdout == "bb2 (head), x\n"


def test_no_location_has_to_be_made_before_the_first_script(project: Project) -> None:
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
    project.write("migrations/script.py.mako", template)
    project.configure(version_locations=["db/versions", "billing/versions"])
    project.run("revision", "--version-path", "db/versions", "--rev-id", "aa1", "-m", "x")
    project.run("revision", "--rev-id", "bb2", "-m", "x")
    assert project.run("heads").stderr == ""


def test_the_default_location_may_be_missing(misspelt: Project) -> None:
    misspelt.configure(version_locations=None)
    shutil.rmtree(misspelt.root / "migrations" / "versions")
    result = misspelt.run("heads")
    assert (result.stdout, result.stderr) == ("", "")
    misspelt.run("revision", "-m", "x", "--rev-id", "bb2")
    assert misspelt.run("heads").stdout == "bb2 (head), x\n"


def test_an_unknown_location_for_a_new_script(misspelt: Project) -> None:
    misspelt.configure(version_locations=["migrations/versions"])
    with pytest.raises(VersionPathUnknown) as caught:
        command.revision(Config.find(misspelt.root), version_path="elsewhere")
    assert caught.value.path == "elsewhere"


# ---------------------------------------------------------------------------------- bad input


def test_links_that_lead_nowhere_or_round_in_circles(project: Project) -> None:
    project.configure(recursive_version_locations=True)
    project.revision("aaa1")
    project.revision("bbb2", directory="migrations/versions/inner")
    versions = project.root / "migrations" / "versions"
    (versions / "circle").symlink_to(".")
    (versions / "inner" / "back").symlink_to("..")
    (versions / "self").symlink_to("self")
    (versions / "directory.py").mkdir()
    (versions / "nowhere.py").symlink_to("nothing.py")
    found = command.history(Config.find(project.root))
    assert [one.revision for one in found.revisions] == ["bbb2", "aaa1"]
    reasons = {error.path: error.reason for error in found.unreadable if isinstance(error, ScriptUnreadable)}
    assert reasons == {
        str(versions / "directory.py"): "Is a directory",
        str(versions / "nowhere.py"): "No such file or directory",
    }


def test_bytes_that_are_no_text(project: Project) -> None:
    project.revision("aa1")
    path = project.root / "migrations" / "versions" / "bb2.py"
    path.write_bytes(b'"""gr\xfc\xdfe"""\nrevision = "bb2"\ndown_revision = "aa1"\n')
    scripts = ScriptDirectory.from_config(Config.find(project.root))
    [fault] = scripts.faults
    assert isinstance(fault, ScriptSyntaxError)
    assert (fault.code, fault.path) == ("MO241", str(path))
    assert "UTF-8" in fault.hint()
    path.write_bytes(b"# -*- coding: latin-1 -*-\n" + path.read_bytes())
    script = ScriptDirectory.from_config(Config.find(project.root)).get_revision("bb2")
    assert script is not None
    assert script.doc == "gr\xfc\xdfe"


def test_header_values_that_are_computed(project: Project) -> None:
    project.revision("aa1")
    text = SCRIPT.format("X", None).replace("'X'", "'b' + 'b2'").replace("None", "('aa' '1',)[0]")
    project.write("migrations/versions/bb2.py", text)
    scripts = ScriptDirectory.from_config(Config.find(project.root))
    assert scripts.get_heads() == ["bb2"]
    project.write("migrations/versions/cc3.py", SCRIPT.format("cc3", "X").replace("'X'", "open('/no/such')"))
    [fault] = ScriptDirectory.from_config(Config.find(project.root)).faults
    assert fault.code == "MO242"


def test_a_place_that_nothing_can_be_written_to(project: Project) -> None:
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
    project.write("migrations/script.py.mako", template)
    (project.root / "migrations" / "versions").rmdir()
    (project.root / "migrations" / "versions").write_text("a file\n")
    with pytest.raises(FileRefused) as caught:
        command.revision(Config.find(project.root), "x")
    assert caught.value.code == "MO123"
    assert (project.root / "migrations" / "versions").read_text() == "a file\n"


def test_a_directory_that_is_read_only() -> None:
    # Not below the temporary directory of the tests, which others may not enter.
    with TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
        (root / "script.py.mako").write_text(template)
        # What writing imports may lie where somebody else cannot read it.
        ScriptDirectory(root).generate_revision("aaaa", "x")
        (root / "versions").chmod(0o555)
        with as_somebody_else(), pytest.raises(FileRefused) as caught:
            ScriptDirectory(root).generate_revision("bbbb", "x")
        assert (caught.value.code, caught.value.reason) == ("MO123", "Permission denied")
        # Not what is written beside it, which nobody has heard of.
        assert caught.value.path == str(root / "versions" / "bbbb_x.py")
        assert [path.name for path in (root / "versions").glob("*.*")] == ["aaaa_x.py"]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Be no longer root, whom permissions do not stop; nothing for anybody else."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)
