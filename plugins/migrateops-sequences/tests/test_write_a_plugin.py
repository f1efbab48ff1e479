"""The page about writing a plugin shows one that works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import sqlalchemy as sa

from tests.distributions import Site
from tests.project import Project

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "write-a-plugin.md"
BLOCK = re.compile(r"```(python|toml)\n(.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if found == language]


def test_the_distribution_is_small() -> None:
    assert len(f"{blocks('python')[0]}{blocks('toml')[0]}".splitlines()) < 60


def test_it_works(fake_dist: Site, project: Project) -> None:
    project_table = tomllib.loads(blocks("toml")[0])["project"]
    source, script = blocks("python")[:2]
    fake_dist(
        project_table["name"],
        project_table["version"],
        modules={"acme_views.py": source},
        entry_points=project_table["entry-points"],
        requires=project_table["dependencies"],
    )
    project.revision(
        "aa1", upgrade='op.execute("CREATE TABLE person (name TEXT, age INTEGER)")', downgrade="pass"
    )
    header = 'from migrateops import op\n\nrevision = "aa2"\ndown_revision = "aa1"\n\n\n'
    project.write("migrations/versions/aa2.py", header + script)
    engine = sa.create_engine(project.url, poolclass=sa.NullPool)
    project.cli("upgrade", "head")
    assert sa.inspect(engine).get_view_names() == ["adult"]
    project.cli("downgrade", "aa1")
    assert sa.inspect(engine).get_view_names() == []
