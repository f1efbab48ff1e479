"""A glance at the path may promise too much, never too little."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from migrateops.plugins.discovery import COMMANDS, discover
from migrateops.plugins.glance import may_offer
from tests.distributions import Site

ENTRY = "[migrateops.commands]\nhello = hello:hello\n"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all of ``sys.path``."""
    monkeypatch.setattr("sys.path", [str(tmp_path), str(tmp_path / "missing")])
    return tmp_path


@pytest.mark.parametrize("kind", ["dist-info", "egg-info"])
def test_what_is_installed(path: Path, kind: str) -> None:
    assert not may_offer("migrateops.commands")
    metadata = path / f"hello-1.{kind}"
    metadata.mkdir()
    assert not may_offer("migrateops.commands")
    (metadata / "entry_points.txt").write_text(ENTRY)
    assert may_offer("migrateops.commands")
    assert not may_offer("migrateops.probes")


def test_a_zip_file_is_not_looked_into(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = path / "bundle.zip"
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("hello-1.dist-info/entry_points.txt", ENTRY)
    monkeypatch.setattr("sys.path", [str(file)])
    assert may_offer("migrateops.commands")


def test_it_agrees_with_discovery(fake_dist: Site) -> None:
    fake_dist("acme-hello", entry_points={COMMANDS: {"hello": "hello:hello"}})
    assert COMMANDS == "migrateops.commands"
    assert "hello" in discover().offers[COMMANDS]
    assert may_offer(COMMANDS)
