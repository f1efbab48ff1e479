"""``quickstart``, from an empty directory to a project that goes on working."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops.commands.quickstart import Ran, quickstart
from migrateops.errors.commands import DirectoryNotEmpty
from tests.project import Project


@dataclass
class Tour:
    """What it ran, and where."""

    root: Path
    scenes: list[Ran]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """One whole run, to look at."""
    root = tmp_path_factory.mktemp("quickstart") / "shop"
    with pytest.MonkeyPatch.context() as patch:
        # What is set for the user's own project is not for this one.
        patch.setenv("MIGRATEOPS_URL", "nonsense://")
        patch.setenv("MIGRATEOPS_CONFIG", "nonsense.toml")
        return Tour(root, [scene for scene in quickstart(str(root)) if isinstance(scene, Ran)])


def test_the_work_is_done_and_can_go_on(tour: Tour) -> None:
    made = [
        scene.output.split()[1]
        for scene in tour.scenes
        if scene.output.startswith("wrote migrations/versions")
    ]
    ids = [Path(path).name.partition("_")[0] for path in made]
    assert len(ids) == 3
    printed = {scene.command: scene.output for scene in tour.scenes}
    assert (
        "create_table 'customer'"
        in printed["migrateops revision --autogenerate -m 'customers and purchases'"]
    )
    assert (
        "add_column 'customer' 'email'"
        in printed["migrateops revision --autogenerate -m 'email of customers'"]
    )
    assert printed["migrateops current"].startswith(f"{ids[1]} (head)")
    assert printed["migrateops downgrade -1"].startswith(f"downgrade {ids[1]} -> {ids[0]}")
    assert printed["migrateops upgrade head"].startswith(f"upgrade {ids[1]} -> {ids[2]}")
    assert {scene.status for scene in tour.scenes if "--sql" not in scene.command} == {0}
    engine = sa.create_engine(f"sqlite:///{tour.root / 'shop.db'}", poolclass=sa.NullPool)
    columns = [column["name"] for column in sa.inspect(engine).get_columns("customer")]
    assert columns == ["id", "name", "email"]


def test_the_sql_of_another_database_is_printed(tour: Tour) -> None:
    pytest.importorskip("migrateops_postgresql")
    pytest.importorskip("migrateops_sequences")
    (offline,) = (scene for scene in tour.scenes if "--sql" in scene.command)
    assert offline.status == 0, offline.output
    assert "CREATE SEQUENCE purchase_number START WITH 1000" in offline.output


def test_it_is_whole_without_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATEOPS_PLUGINS", "none")
    scenes = [scene for scene in quickstart(str(tmp_path / "shop")) if isinstance(scene, Ran)]
    (offline,) = (scene for scene in scenes if "--sql" in scene.command)
    assert {scene.status for scene in scenes} == {0}
    assert "CREATE INDEX purchase_customer" in offline.output
    assert "INCOMPLETE" not in offline.output
    assert not [scene for scene in scenes if "note:" in scene.output]
    assert scenes[-1].command == "migrateops upgrade head"


def test_it_takes_no_directory_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").touch()
    with pytest.raises(DirectoryNotEmpty):
        next(quickstart(str(tmp_path / "shop")))
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]


def test_the_command_shows_each_command(project: Project) -> None:
    result = project.cli("quickstart", "demo", timeout=120)
    shown = [line for line in result.stdout.splitlines() if line.startswith("$ ")]
    assert shown[:2] == [
        "$ migrateops init",
        "$ migrateops revision --autogenerate -m 'customers and purchases'",
    ]
    assert shown.count("$ migrateops upgrade head") == 4
    assert "cd demo" in result.stdout
