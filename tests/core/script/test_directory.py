"""A directory of scripts: reading, asking, loading."""

from __future__ import annotations

import gc
import os
import py_compile
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrateops.errors.revisions import (
    BrokenGraph,
    DuplicateRevision,
    MissingParent,
    MultipleBases,
    MultipleHeads,
    RevisionNotFound,
)
from migrateops.errors.scripts import (
    EnvironmentFileMissing,
    NoRevisionHeader,
    ScriptDirectoryMissing,
    ScriptSyntaxError,
    VersionPathNeeded,
)
from migrateops.script import Script, ScriptDirectory


def put(root: Path, name: str, down: object = None, *, extra: str = "", under: str = "versions") -> Path:
    path = root / under / f"{name}_x.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'"""message of {name}\n\nmore\n"""\nrevision = {name!r}\ndown_revision = {down!r}\n{extra}\n'
        f"def upgrade():\n    return {name!r}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path, "aaaa")
    put(tmp_path, "bbbb", "aaaa")
    put(tmp_path, "cccc", "bbbb", extra="branch_labels = 'shop'")
    return tmp_path


def ids(scripts: Iterable[Script]) -> list[str]:
    return [script.revision for script in scripts]


def test_reading(root: Path) -> None:
    scripts = ScriptDirectory(root)
    assert scripts.get_heads() == ["cccc"]
    assert scripts.get_current_head() == "cccc"
    assert scripts.get_bases() == ["aaaa"]
    assert scripts.get_base() == "aaaa"
    assert ids(scripts.walk_revisions()) == ["cccc", "bbbb", "aaaa"]
    assert ids(scripts.walk_revisions("bbbb", "head")) == ["cccc", "bbbb"]
    assert ids(scripts.iterate_revisions("head", "aaaa")) == ["cccc", "bbbb"]
    assert ids(scripts.iterate_revisions("bbbb", None)) == ["bbbb", "aaaa"]
    assert ids(scripts.get_revisions("heads")) == ["cccc"]
    assert ids(scripts.get_revisions(["aaa", "head", "aaaa"])) == ["aaaa", "cccc"]
    assert scripts.get_revisions("base") == ()
    assert scripts.get_revision(None) is None
    assert scripts.as_revision_number("head") == "cccc"
    assert scripts.as_revision_number("heads") == ("cccc",)
    assert scripts.as_revision_number("base") is None
    assert scripts.faults == ()
    with pytest.raises(RevisionNotFound):
        scripts.get_revision("nothing")


def test_script(root: Path) -> None:
    script = ScriptDirectory(root).get_revision("shop@head")
    assert script is not None
    assert (script.revision, script.down_revision, script.dependencies) == ("cccc", "bbbb", None)
    assert (script.doc, script.longdoc) == ("message of cccc", "message of cccc\n\nmore")
    assert script.path == str(root / "versions" / "cccc_x.py")
    assert script.branch_labels == {"shop"}
    assert (script.is_head, script.is_base, script.is_branch_point, script.is_merge_point) == (
        True,
        False,
        False,
        False,
    )
    assert script.module.upgrade() == "cccc"
    assert script == ScriptDirectory(root).get_revision("cccc")


def test_neighbours(root: Path) -> None:
    put(root, "dddd", "bbbb", extra="depends_on = ('cccc',)")
    scripts = ScriptDirectory(root)
    middle = scripts.get_revision("bbbb")
    assert middle is not None
    assert middle.nextrev == {"cccc", "dddd"}
    assert middle.is_branch_point
    assert scripts.get_heads() == ["cccc", "dddd"]
    assert scripts.get_heads(consider_depends_on=True) == ["dddd"]
    assert {script.revision for script in scripts.get_all_current("dddd")} == {"cccc", "dddd"}
    with pytest.raises(MultipleHeads):
        scripts.get_current_head()
    put(root, "eeee")
    with pytest.raises(MultipleBases):
        ScriptDirectory(root).get_base()


def test_an_empty_directory(tmp_path: Path) -> None:
    scripts = ScriptDirectory(tmp_path)
    assert (scripts.get_heads(), scripts.get_current_head(), scripts.get_base()) == ([], None, None)
    assert list(scripts.walk_revisions()) == []
    with pytest.raises(ScriptDirectoryMissing):
        ScriptDirectory(tmp_path / "nowhere")


def test_what_is_no_script_is_left_out(root: Path) -> None:
    for name in ("__init__.py", ".#aaaa.py", "notes.txt"):
        (root / "versions" / name).write_text("raise SystemExit(name)\n", encoding="utf-8")
    (root / "versions" / "sub").mkdir()
    put(root, "deep", "cccc", under="versions/sub")
    assert ScriptDirectory(root).get_heads() == ["cccc"]
    assert ScriptDirectory(root, recursive_version_locations=True).get_heads() == ["deep"]


def test_locations(root: Path) -> None:
    put(root, "dddd", "cccc", under="more")
    both = [root / "versions", root / "more", root / "more", root / "missing"]
    scripts = ScriptDirectory(root, version_locations=both)
    assert scripts.get_heads() == ["dddd"], "a file that is found twice counts once"
    with pytest.raises(VersionPathNeeded):
        _ = scripts.versions
    assert ScriptDirectory(root).versions == str(root / "versions")


def test_from_config(root: Path) -> None:
    settings = SimpleNamespace(
        script_location=str(root),
        file_template="%(rev)s",
        truncate_slug_length=10,
        timezone="UTC",
        version_locations=(str(root / "versions"),),
        recursive_version_locations=True,
        sourceless=False,
        output_encoding="utf-16",
    )
    for config in (settings, SimpleNamespace(settings=settings)):
        scripts = ScriptDirectory.from_config(config)
        assert scripts.get_heads() == ["cccc"]
        assert (scripts.file_template, scripts.truncate_slug_length, scripts.timezone) == (
            "%(rev)s",
            10,
            "UTC",
        )
        assert (scripts.output_encoding, scripts.recursive_version_locations) == ("utf-16", True)


def test_a_location_in_a_package(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("path")
    package = place / "shop_with_migrations"
    put(package / "db", "pack")
    (package / "__init__.py").write_text("", encoding="utf-8")
    code = (
        "from types import SimpleNamespace\nfrom migrateops.script import ScriptDirectory\n"
        "s = SimpleNamespace(script_location='shop_with_migrations:db', file_template='%(rev)s',"
        " truncate_slug_length=40, timezone=None, version_locations=(), recursive_version_locations=False,"
        " sourceless=False, output_encoding='utf-8')\n"
        "print(ScriptDirectory.from_config(s).get_heads())"
    )
    path = os.pathsep.join([str(place), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "['pack']")


def test_sourceless(root: Path) -> None:
    for path in list((root / "versions").glob("*.py")):
        py_compile.compile(str(path), cfile=str(path) + "c")
        path.unlink()
    assert ScriptDirectory(root).get_heads() == []
    scripts = ScriptDirectory(root, sourceless=True)
    assert scripts.get_heads() == ["cccc"]
    assert scripts.load("cccc").upgrade() == "cccc"


def test_sourceless_in_the_cache_directory(root: Path) -> None:
    for path in list((root / "versions").glob("*.py")):
        py_compile.compile(str(path))
        if path.name != "cccc_x.py":
            path.unlink()
    assert ScriptDirectory(root, sourceless=True).get_heads() == ["cccc"], "a source and its cache are one"


def test_reading_needs_no_database_library(root: Path) -> None:
    code = (
        "import sys\nfrom migrateops.script.directory import ScriptDirectory\n"
        f"print(ScriptDirectory({str(root)!r}).get_heads())\n"
        "print([name for name in ('sqlalchemy', 'mako', 'click', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["['cccc']", "[]"]


# ------------------------------------------------------------------------------------- faults


def test_a_broken_file_with_a_header_stops_nobody_but_its_own_run(root: Path) -> None:
    with (root / "versions" / "bbbb_x.py").open("a", encoding="utf-8") as file:
        file.write("def broken(:\n")
    scripts = ScriptDirectory(root)
    assert scripts.get_heads() == ["cccc"]
    assert scripts.faults == ()
    assert scripts.load("cccc").upgrade() == "cccc"
    with pytest.raises(ScriptSyntaxError):
        scripts.load("bbbb")


def test_files_without_a_readable_header_are_collected(root: Path) -> None:
    (root / "versions" / "helper.py").write_text("x = 1\n", encoding="utf-8")
    (root / "versions" / "zzzz.py").write_text("revision = (\n", encoding="utf-8")
    scripts = ScriptDirectory(root)
    assert scripts.get_heads() == ["cccc"]
    assert [type(fault) for fault in scripts.faults] == [NoRevisionHeader, ScriptSyntaxError]


def test_a_missing_parent_is_reported_with_the_files_that_could_not_be_read(root: Path) -> None:
    (root / "versions" / "bbbb_x.py").write_text("revision = (\n", encoding="utf-8")
    with pytest.raises(BrokenGraph) as caught:
        _ = ScriptDirectory(root).graph
    unreadable, missing = caught.value.faults
    assert isinstance(missing, MissingParent)
    assert (missing.path, missing.missing) == (str(root / "versions" / "cccc_x.py"), "bbbb")
    assert isinstance(unreadable, ScriptSyntaxError)


def test_two_files_with_one_id(root: Path) -> None:
    put(root, "aaaa", under="versions/../more")
    with pytest.raises(BrokenGraph) as caught:
        _ = ScriptDirectory(root, version_locations=[root / "versions", root / "more"]).graph
    (fault,) = caught.value.faults
    assert isinstance(fault, DuplicateRevision)
    assert fault.paths == (str(root / "versions" / "aaaa_x.py"), str(root / "more" / "aaaa_x.py"))


# ------------------------------------------------------------------------------------ loading


def test_each_file_is_executed_once(root: Path) -> None:
    scripts = ScriptDirectory(root)
    first = scripts.load("aaaa")
    assert scripts.load("aaaa") is first
    record = object()
    mine = scripts.load("aaaa", record)
    assert mine is not first
    assert scripts.load(scripts.graph["aaaa"], record) is mine


def test_modules_go_with_their_directory(root: Path) -> None:
    scripts = ScriptDirectory(root)
    name = scripts.load("aaaa").__name__
    assert name in sys.modules
    del scripts
    gc.collect()
    assert name not in sys.modules


def test_run_env(root: Path) -> None:
    scripts = ScriptDirectory(root)
    with pytest.raises(EnvironmentFileMissing) as caught:
        scripts.run_env()
    assert caught.value.path == scripts.env_py_location
    (root / "env.py").write_text("__migrateops_registrations__.append(__file__)\n", encoding="utf-8")
    record: list[str] = []
    scripts.run_env(record)
    scripts.run_env(record)
    assert record == [scripts.env_py_location] * 2


def test_script_is_hashable(root: Path) -> None:
    scripts = ScriptDirectory(root)
    found = scripts.get_revision("aaaa")
    assert isinstance(found, Script)
    assert found in {*scripts.get_revisions("aaaa")}
