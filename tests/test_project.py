"""The fixtures that make projects and distributions make what they say."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib

import pytest

from migrateops.revisions.header import scan
from tests.distributions import Site
from tests.project import Project


def test_a_project_is_built_from_data(project: Project) -> None:
    project.build(
        config={"url": None, "databases": {"one": {"url": "sqlite://"}}, "require": ["a>=1", "b"]},
        env="x = 1\n",
        revisions={
            "aa1": {"upgrade": "op.execute('SELECT 1')\nop.execute('SELECT 2')", "message": "first"},
            "bb2": {"requires_plugins": {"acme": ">=1"}},
            "cc3": "revision = 'cc3'\ndown_revision = None\n",
        },
        files={"models.py": "y = 2\n"},
    )
    project.revision("dd4", ("bb2", "cc3"))
    assert tomllib.loads((project.root / "migrateops.toml").read_text()) == {
        "script_location": "migrations",
        "databases": {"one": {"url": "sqlite://"}},
        "require": ["a>=1", "b"],
    }
    assert (project.root / "migrations" / "env.py").read_text() == "x = 1\n"
    assert (project.root / "models.py").read_text() == "y = 2\n"
    versions = project.root / "migrations" / "versions"
    headers = {path.stem: scan(path.read_text()) for path in versions.iterdir()}
    assert {name: found and found.down_revision for name, found in headers.items()} == {
        "aa1": None,
        "bb2": "aa1",
        "cc3": None,
        "dd4": ("bb2", "cc3"),
    }
    source = (versions / "aa1.py").read_text()
    assert "def upgrade():\n    op.execute('SELECT 1')\n    op.execute('SELECT 2')\n" in source


def test_both_ways_to_run_a_command_agree(project: Project) -> None:
    inside, outside = project.run("--version"), project.cli("--version")
    assert inside.stdout == outside.stdout != ""
    assert (inside.returncode, outside.returncode) == (0, 0)


@pytest.mark.parametrize("way", ["run", "cli"])
def test_a_failing_command_fails_the_test(project: Project, way: str) -> None:
    command = getattr(project, way)
    (project.root / "migrateops.toml").write_text("no toml")
    assert command("heads", check=False).returncode == 1
    with pytest.raises(pytest.fail.Exception):
        command("heads")


def test_a_made_up_distribution_is_installed_here_and_in_children(fake_dist: Site) -> None:
    fake_dist(
        "acme-ops",
        "1.2",
        modules={"acme_ops/__init__.py": "", "acme_ops/ops.py": "answer = 42\n"},
        entry_points={"acme.things": {"answer": "acme_ops.ops:answer"}},
        requires=["migrateops>=0.1"],
    )
    found = importlib.metadata.distribution("acme-ops")
    assert (found.version, found.requires) == ("1.2", ["migrateops>=0.1"])
    assert [file.name for file in found.files or ()].count("ops.py") == 1
    (entry,) = importlib.metadata.entry_points(group="acme.things")
    assert entry.load() == 42
    code = "import acme_ops.ops, importlib.metadata as m; print(m.version('acme-ops'), acme_ops.ops.answer)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "1.2 42\n"


def test_it_is_gone_afterwards() -> None:
    assert "acme_ops" not in sys.modules
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.distribution("acme-ops")
