"""Scripts that do not fit together stop what needs them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrateops import command
from migrateops.commands import read
from migrateops.config import Config
from migrateops.errors.revisions import BrokenGraph
from tests.project import Project

WHOLE: dict[str, Callable[[Config], Any]] = {
    "upgrade": lambda config: command.upgrade(config, "aa2"),
    "upgrade --sql": lambda config: command.upgrade(config, "aa2", sql=True),
    "stamp": lambda config: command.stamp(config, "aa1"),
    "revision": command.revision,
    "heads": read.heads,
    "show head": lambda config: read.show(config, "head"),
    "show -1": lambda config: read.show(config, "-1"),
    "show what is left out": lambda config: read.show(config, "bb2"),
    "history -r -1:": lambda config: read.history(config, "-1:"),
    "history -r aa1:head": lambda config: read.history(config, "aa1:head"),
    "history to what is left out": lambda config: read.history(config, ":bb2"),
    "downgrade head-1": lambda config: command.downgrade(config, "head-1"),
    "downgrade to what is left out": lambda config: command.downgrade(config, "bb1"),
    "current --check-heads": lambda config: command.current(config, check_heads=True),
}


@pytest.fixture
def broken(project: Project) -> Project:
    """A project at its second script; a third one follows it and one whose own parent is missing."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako")
    (project.root / "migrations" / "script.py.mako").write_text(template.read_text())
    project.revision("aa1")
    project.revision("aa2")
    command.upgrade(Config.find(project.root))
    project.revision("bb1", "gone")
    project.revision("bb2", ["aa2", "bb1"])
    return project


def ids(listing: read.Listing) -> list[str]:
    return [info.revision for info in listing.revisions]


def rows(project: Project) -> list[str]:
    return [row.revision for row in command.current(Config.find(project.root))]


@pytest.mark.parametrize("name", WHOLE)
def test_what_needs_the_whole_graph_is_refused(broken: Project, name: str) -> None:
    with pytest.raises(BrokenGraph) as caught:
        WHOLE[name](Config.find(broken.root))
    (fault,) = caught.value.faults
    path = str(broken.root / "migrations" / "versions" / "bb1.py")
    assert {**vars(fault), "path": str(vars(fault)["path"])} == {
        "revision": "bb1",
        "path": path,
        "missing": "gone",
    }
    assert rows(broken) == ["aa2"]


def test_each_file_is_read_once(broken: Project) -> None:
    project_log = broken.root / "log"
    broken.write(
        "migrations/versions/cc1.py",
        f"""
        with open({str(project_log)!r}, "a") as log:
            log.write("x")
        revision = str("cc1")
        down_revision = "aa1"
        """,
    )
    assert ids(read.history(Config.find(broken.root))) == ["cc1", "aa2", "aa1"]
    assert project_log.read_text() == "x"


def test_reading_leaves_out_what_is_broken_and_says_so(broken: Project) -> None:
    config = Config.find(broken.root)
    for listing, expected in (
        (read.history(config), ["aa2", "aa1"]),
        (read.history(config, ":aa2"), ["aa2", "aa1"]),
        (read.history(config, "aa1:"), ["aa2", "aa1"]),
        (read.show(config, "aa2"), ["aa2"]),
        (read.show(config, "current"), ["aa2"]),
    ):
        assert ids(listing) == expected
        assert [fault.code for fault in listing.unreadable] == ["MO224"]
    (info,) = read.show(config, "aa2").revisions
    assert not info.is_head, "what follows it is only left out"


def test_the_way_down_does_not_lead_over_it(broken: Project) -> None:
    config = Config.find(broken.root)
    assert [step.revision for step in command.downgrade(config, "-1").steps] == ["aa2"]
    assert rows(broken) == ["aa1"]
    assert [step.revision for step in command.downgrade(config, "base").steps] == ["aa1"]
    assert rows(broken) == []


def test_a_database_at_what_is_left_out_needs_it(broken: Project) -> None:
    good = broken.revision("bb1", None)
    command.upgrade(Config.find(broken.root), "heads")
    good.write_text(good.read_text().replace("down_revision = None", "down_revision = 'gone'"))
    for ask in (command.current, lambda config: command.downgrade(config, "aa2")):
        with pytest.raises(BrokenGraph):
            ask(Config.find(broken.root))
