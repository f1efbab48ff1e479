"""`branches`, and the database's revisions in the other commands that read."""

from __future__ import annotations

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from tests.project import Project


@pytest.fixture
def config(project: Project) -> Config:
    """A project whose history divides twice and is joined once."""
    project.revision("aa1", None)
    project.revision("bb2", "aa1")
    project.revision("cc3", "aa1")
    project.revision("dd4", "cc3")
    project.revision("ee5", "cc3")
    project.revision("ff6", ("bb2", "dd4"))
    project.configure(script_location=str(project.root / "migrations"))
    return Config(project.root / "migrateops.toml")


def test_all_branch_points_newest_first(config: Config) -> None:
    found = command.branches(config)
    assert [
        (point.revision.revision, [one.revision for one in point.followed_by]) for point in found.points
    ] == [("cc3", ["dd4", "ee5"]), ("aa1", ["bb2", "cc3"])]


def test_a_history_in_one_line_has_none(project: Project) -> None:
    project.revision("aa1")
    project.revision("bb2")
    project.configure(script_location=str(project.root / "migrations"))
    assert command.branches(Config(project.root / "migrateops.toml")).points == ()


def test_a_file_that_cannot_be_read_is_told(project: Project, config: Config) -> None:
    project.write("migrations/versions/bad.py", "revision = (\n")
    found = command.branches(config)
    assert len(found.points) == 2
    assert len(found.unreadable) == 1


def test_current_is_looked_up_where_it_is_asked_for(config: Config) -> None:
    command.upgrade(config, "cc3")
    assert [one.revision for one in command.show(config, "current").revisions] == ["cc3"]
    assert [one.revision for one in command.history(config, "current:dd4").revisions] == ["dd4", "cc3"]


@pytest.mark.parametrize(
    "words", [["show", "{}head"], ["history", "-r", "{}head:"], ["graph", "-r", "{}head:"]], ids=str
)
def test_only_current_itself_asks_the_database(project: Project, words: list[str]) -> None:
    project.revision("aa11", None, branch_labels="concurrent")
    project.configure(url="nowhere://")
    assert "aa11" in project.run(*(word.format("concurrent@") for word in words)).stdout
    words = [word.replace("head", "current") for word in words]
    assert project.run(*(word.format("concurrent@") for word in words), check=False).returncode == 1


def test_current_can_insist_on_the_heads(config: Config) -> None:
    with pytest.raises(MigrateOpsError) as caught:
        command.current(config, check_heads=True)
    assert caught.value.code == "MO459"
    command.upgrade(config, "heads")
    assert {row.revision for row in command.current(config, check_heads=True)} == {"ee5", "ff6"}
