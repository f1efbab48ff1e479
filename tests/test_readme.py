"""What the README shows does what it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.distributions import Site
from tests.e2e.script import commands
from tests.project import Project

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
FILE = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def section(title: str) -> str:
    """Return the text under a heading, up to the next one."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_five_minutes(tmp_path: Path) -> None:
    text = section("Five minutes")
    steps = sorted([*FILE.finditer(text), *CONSOLE.finditer(text)], key=lambda step: step.start())
    printed = ""
    for step in steps:
        if step.re is FILE:
            (tmp_path / step[1]).write_text(step[2])
            continue
        for command in commands(step[1]):
            printed = command.run(tmp_path)
            assert "[exit" not in printed, f"{command.line}\n{printed}"
    assert "email" in printed
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}", poolclass=sa.NullPool)
    assert {column["name"] for column in sa.inspect(engine).get_columns("customer")} == {"id", "name"}


def test_the_plugin(fake_dist: Site, project: Project) -> None:
    files = dict(FILE.findall(section("A plugin in forty lines")))
    described = tomllib.loads(files.pop("pyproject.toml"))["project"]
    fake_dist(described["name"], described["version"], modules=files, entry_points=described["entry-points"])
    project.revision(
        "aa1", upgrade='op.create_view("active", "SELECT 1 AS one")', downgrade='op.drop_view("active")'
    )
    engine = sa.create_engine(project.url, poolclass=sa.NullPool)
    project.cli("upgrade", "head")
    assert sa.inspect(engine).get_view_names() == ["active"]
    project.cli("downgrade", "base")
    assert sa.inspect(engine).get_view_names() == []


@pytest.mark.parametrize("name", re.findall(r"\]\(([\w./-]+)\)", README))
def test_links_lead_somewhere(name: str) -> None:
    assert (Path(__file__).resolve().parent.parent / name).exists()
