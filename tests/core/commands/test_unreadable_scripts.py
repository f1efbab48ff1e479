"""A script of which not even the header can be read may be the newest one: nobody guesses past it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.revisions import UnknownVersionRow
from migrateops.errors.scripts import ScriptSyntaxError
from tests.project import Project

COMMANDS: dict[str, Callable[[Config], Any]] = {
    "upgrade": command.upgrade,
    "upgrade --sql": lambda config: command.upgrade(config, sql=True),
    "upgrade --sql from it": lambda config: command.upgrade(config, "bb2:head", sql=True),
    "stamp": lambda config: command.stamp(config, "head"),
    "stamp --sql": lambda config: command.stamp(config, "head", sql=True),
    "revision": command.revision,
}


@pytest.fixture
def broken(project: Project) -> Project:
    """A project whose second script is cut off in its header; the first one is applied."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako")
    (project.root / "migrations" / "script.py.mako").write_text(template.read_text())
    project.revision("aa1")
    command.upgrade(Config.find(project.root))
    project.write("migrations/versions/bb2.py", "revision = 'bb2'\ndown_revision = ('aa1'\n")
    return project


def rows(project: Project) -> list[str]:
    return [row.revision for row in command.current(Config.find(project.root))]


@pytest.mark.parametrize("name", COMMANDS)
def test_it_stops_what_goes_to_a_head(broken: Project, name: str) -> None:
    before = set(broken.root.rglob("*.py"))
    with pytest.raises(ScriptSyntaxError) as caught:
        COMMANDS[name](Config.find(broken.root))
    assert caught.value.path == str(broken.root / "migrations" / "versions" / "bb2.py")
    assert set(broken.root.rglob("*.py")) == before
    assert rows(broken) == ["aa1"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_is_no_script_is_passed_over(broken: Project, name: str) -> None:
    broken.write("migrations/versions/bb2.py", "TABLES = ()\n")
    if name == "upgrade --sql from it":
        broken.revision("bb2", "aa1")
        broken.write("migrations/versions/tables.py", "TABLES = ()\n")
    COMMANDS[name](Config.find(broken.root))


def test_the_way_down_does_not_lead_past_it(broken: Project) -> None:
    command.downgrade(Config.find(broken.root), "base")
    assert rows(broken) == []


def test_the_way_down_from_it_is_stopped_by_it(broken: Project) -> None:
    intact = "revision = 'bb2'\ndown_revision = 'aa1'\ndef upgrade(): pass\ndef downgrade(): pass\n"
    path = broken.write("migrations/versions/bb2.py", intact)
    command.upgrade(Config.find(broken.root))
    path.write_text(intact.replace("'aa1'", "('aa1'"))
    with pytest.raises(ScriptSyntaxError) as caught:
        command.downgrade(Config.find(broken.root), "base")
    assert caught.value.path == str(path)
    path.unlink()
    with pytest.raises(UnknownVersionRow):
        command.downgrade(Config.find(broken.root), "base")
