"""The header index is a cache: it saves reading, and is never believed against the files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from migrateops.config import Config
from migrateops.errors.scripts import ScriptUnreadable
from migrateops.revisions.revision import Revision
from migrateops.script import ScriptDirectory, index, reading
from tests.project import Project

_opened: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str):
        _opened.append(arguments[0])


sys.addaudithook(_note)


@contextmanager
def opened_scripts() -> Iterator[list[str]]:
    """Yield the names of the revision files that are opened in this block, in order."""
    global _opened
    found: list[str] = []
    everything: list[str] = []
    _opened = everything
    try:
        yield found
    finally:
        _opened = None
        found += [Path(path).name for path in everything if "versions" in path and path.endswith(".py")]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache directory of the user; the index is for any number of files, however young."""
    home = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.delenv(index.VARIABLE, raising=False)
    monkeypatch.setattr(reading, "INDEX_ABOVE", 0)
    monkeypatch.setattr(index, "_SETTLED_AFTER", 0)
    return home / "migrateops"


@pytest.fixture
def indexed(project: Project, cache: Path) -> Project:
    """A project of every kind of header, read once."""
    project.revision("aa1", message="Größe")
    project.revision("bb1", "aa1", branch_labels=("shop", "web"))
    project.revision("bb2", "aa1", depends_on=("bb1",))
    project.revision("cc1", ("bb1", "bb2"), requires_plugins={"acme": ">=1", "other": {"version": "1"}})
    read(project)
    return project


def read(project: Project) -> dict[str, Revision]:
    script = ScriptDirectory.from_config(Config.find(project.root))
    assert script.faults == ()
    return dict(script.graph.nodes)


def only_file(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def test_no_file_is_opened_again(indexed: Project) -> None:
    with opened_scripts() as opened:
        found = read(indexed)
    assert opened == []
    with opened_scripts() as opened:
        indexed.configure(header_index=False)
        assert read(indexed) == found
    assert sorted(opened) == ["aa1.py", "bb1.py", "bb2.py", "cc1.py"]


def test_what_has_changed_is_read(indexed: Project) -> None:
    before = read(indexed)
    path = indexed.root / "migrations/versions/bb2.py"
    status = path.stat()
    # As many bytes, and the old time put back.
    path.write_text(path.read_text(encoding="utf-8").replace("'aa1'", "'bb1'"), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    with opened_scripts() as opened:
        after = read(indexed)
    assert opened == ["bb2.py"]
    assert after["bb2"].down_revision == "bb1"
    assert after["cc1"] == before["cc1"]


def test_files_that_come_and_go(indexed: Project) -> None:
    indexed.revision("dd1", "cc1")
    with opened_scripts() as opened:
        assert len(read(indexed)) == 5
    assert opened == ["dd1.py"]
    (indexed.root / "migrations/versions/dd1.py").unlink()
    with opened_scripts() as opened:
        assert len(read(indexed)) == 4
        assert len(read(indexed)) == 4
    assert opened == []


def test_an_unchanged_index_is_not_written(indexed: Project, cache: Path) -> None:
    before = only_file(cache).stat().st_mtime_ns
    read(indexed)
    assert only_file(cache).stat().st_mtime_ns == before


def test_a_file_that_was_written_just_now_is_not_remembered(
    project: Project, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))
    monkeypatch.setattr(reading, "INDEX_ABOVE", 0)
    project.revision("aa1")
    read(project)
    assert not cache.exists()


def test_what_had_to_be_executed_is_not_remembered(indexed: Project) -> None:
    indexed.write("migrations/versions/dd1.py", "revision = str('dd1')\ndown_revision = 'cc1'\n")
    for _ in range(2):
        with opened_scripts() as opened:
            assert read(indexed)["dd1"].down_revision == "cc1"
        assert set(opened) == {"dd1.py"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"aa1", b"zz9"),
        lambda content: content[:9] + b"another format" + content[9:],
        lambda content: b"\xff\x00" * 50,
    ],
    ids=["empty", "cut", "changed", "format", "noise"],
)
def test_a_spoilt_index_is_ignored_and_written_again(indexed: Project, cache: Path, spoil: Any) -> None:
    file = only_file(cache)
    content = file.read_bytes()
    file.write_bytes(spoil(content))
    with opened_scripts() as opened:
        assert set(read(indexed)) == {"aa1", "bb1", "bb2", "cc1"}
    assert len(opened) == 4
    assert only_file(cache).read_bytes() == content


def test_an_index_of_other_files_is_ignored(indexed: Project, cache: Path, tmp_path: Path) -> None:
    other = Project(tmp_path / "other")
    other.revision("zz1")
    read(other)
    first, second = sorted(cache.iterdir())
    kept = first.read_bytes()
    # As if two directories had the same short name in the cache.
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    assert set(read(indexed)) == {"aa1", "bb1", "bb2", "cc1"}
    assert set(read(other)) == {"zz1"}


def test_only_the_owner_may_read_it(indexed: Project, cache: Path) -> None:
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(cache).stat().st_mode) == 0o600


def test_nothing_is_taken_from_another_user(
    indexed: Project, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = only_file(cache).read_bytes()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with opened_scripts() as opened:
        assert set(read(indexed)) == {"aa1", "bb1", "bb2", "cc1"}
    assert len(opened) == 4
    assert only_file(cache).read_bytes() == before


@pytest.mark.parametrize("home", ["/dev/null/cache", "relative", "/proc/nothing"])
def test_no_place_for_it_is_no_error(project: Project, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setattr(reading, "INDEX_ABOVE", 0)
    monkeypatch.setattr(index, "_SETTLED_AFTER", 0)
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    project.revision("aa1")
    assert set(read(project)) == {"aa1"}


@pytest.mark.parametrize("off", ["variable", "key"])
def test_off(project: Project, cache: Path, monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    if off == "variable":
        monkeypatch.setenv(index.VARIABLE, "0")
    else:
        project.configure(header_index=False)
    project.revision("aa1")
    read(project)
    assert not cache.exists()


@pytest.mark.parametrize(
    ("literal", "doc"),
    [("a\tb", "a\tb"), ("a\\ud800b", "a\ud800b"), ("a\\udcc3\\udca9", "a\udcc3\udca9")],
    ids=["tab", "half a pair", "escaped bytes"],
)
def test_what_the_format_cannot_hold(project: Project, cache: Path, literal: str, doc: str) -> None:
    project.write("migrations/versions/aa1.py", f'"""{literal}"""\nrevision = "aa1"\ndown_revision = None\n')
    project.revision("bb2", "aa1")
    for expected in (["aa1.py", "bb2.py"], ["aa1.py"], ["aa1.py"]):
        with opened_scripts() as opened:
            assert read(project)["aa1"].doc == doc
        assert opened == expected


def test_only_many_files_have_one(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(index, "_SETTLED_AFTER", 0)
    for number in range(reading.INDEX_ABOVE):
        project.revision(f"r{number:04}")
    assert len(read(project)) == reading.INDEX_ABOVE
    assert not (tmp_path / "cache").exists()
    project.revision("last")
    assert len(read(project)) == reading.INDEX_ABOVE + 1
    assert (tmp_path / "cache").exists()


def test_a_file_that_cannot_be_opened_is_a_fault_of_its_own(indexed: Project) -> None:
    (indexed.root / "migrations/versions/gone.py").symlink_to("nowhere")
    script = ScriptDirectory.from_config(Config.find(indexed.root))
    (fault,) = script.faults
    assert isinstance(fault, ScriptUnreadable)
    assert fault.reason == "No such file or directory"
    assert script.get_heads() == ["cc1"]
