"""The stub files of core say what there is, and ``stubs`` writes those of a project."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import migrateops
from migrateops.commands.stubs import core_stubs
from migrateops.runtime.environment import EnvironmentContext
from tests.distributions import Site
from tests.project import Project

PACKAGE = Path(migrateops.__file__).parent


@pytest.mark.parametrize("name", ["op.pyi", "operations/_surface.pyi"])
def test_the_generated_stubs_are_up_to_date(name: str, request: pytest.FixtureRequest) -> None:
    text = core_stubs()[name]
    if request.config.getoption("--update"):
        (PACKAGE / name).write_text(text, encoding="utf-8")
    assert (PACKAGE / name).read_text(encoding="utf-8") == text, "run the test with --update"


def names_of(path: Path) -> set[str]:
    """Return what a stub file defines at its top level."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return {name for name in found if not name.startswith("_")}


def test_the_stub_of_context_has_every_member() -> None:
    members = {name for name in dir(EnvironmentContext) if not name.startswith("_")}
    made = vars(EnvironmentContext(None, None))
    assert names_of(PACKAGE / "context.pyi") == members | {name for name in made if not name.startswith("_")}


def test_the_stub_of_op_has_every_built_in_operation() -> None:
    from migrateops import operations
    from migrateops.operations.ops import __all__ as classes
    from migrateops.operations.registry import process

    assert operations
    assert len(classes) > 20
    own = {
        name
        for (form, name), makers in process.directives.items()
        if form == "op" and any(maker.module.startswith("migrateops.") for maker in makers)
    }
    assert own < names_of(PACKAGE / "op.pyi")


def test_the_command_writes_and_checks(project: Project, fake_dist: Site) -> None:
    assert project.cli("stubs", "--check", check=False).returncode == 4
    assert not (project.root / "typings").exists()
    project.cli("stubs")
    assert project.cli("stubs", "--check").returncode == 0
    fake_dist(
        "acme-things",
        modules={
            "acme_things.py": "from migrateops.operations import MigrateOperation, operation\n"
            "@operation\nclass CreateThingOp(MigrateOperation):\n    name: str\n"
        },
        entry_points={"migrateops.operations": {"create_thing": "acme_things:CreateThingOp"}},
    )
    result = project.cli("stubs", "--check", check=False)
    assert result.returncode == 4
    assert (
        result.stdout
        == "would change typings/migrateops/op.pyi\nwould change typings/migrateops/operations/_surface.pyi\n"
    )
    project.cli("stubs", "--out", "typings")
    assert "create_thing" in names_of(project.root / "typings" / "migrateops" / "op.pyi")
