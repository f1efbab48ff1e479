"""What `--json` prints has a schema, written from the types; real output is held against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import click
import pytest
from jsonschema import Draft202012Validator

from migrateops.cli.group import VERBS
from migrateops.cli.main import program
from migrateops.commands.branches import BranchPoint
from migrateops.commands.coverage import Coverage
from migrateops.commands.current import CurrentRevision
from migrateops.commands.ensure_version import EnsuredTable
from migrateops.commands.list_templates import TemplateInfo
from migrateops.commands.plugins import Offer
from migrateops.commands.read import RevisionInfo
from migrateops.commands.rebase import Rebase
from migrateops.commands.report import RunReport
from migrateops.commands.revision import NewRevision
from migrateops.commands.status import Status
from migrateops.config import Config
from migrateops.plugins.doctor import ListedPlugin
from migrateops.snapshot.changes import ObjectChange
from tests.project import Project
from tests.structure.json_schema import FAULT, Fields, opened, schema_of
from tests.structure.tree import ROOT

PLACE = ROOT / "docs" / "reference" / "json"

_NODE = Fields({"row": int, "lane": int}, {"is_current": bool, "is_applied": bool}, RevisionInfo)
_EDGE = Fields({"from": str, "to": str, "kind": Literal["follows", "depends_on"], "lane": int})
_ENTRY_POINT = Fields({"group": str, "name": str, "value": str, "state": str, "rivals": list[str]})
DOCUMENTS: dict[str, Any] = {
    "branches": list[BranchPoint],
    "check": Fields(
        {
            "operations": list[str],
            "differences": list[ObjectChange],
            "not_compared": list[str],
            "notes": list[str],
            "uncompared": dict[str, int],
        }
    ),
    "coverage": list[Coverage],
    "current": [Fields({"revision": str | None}, {}, CurrentRevision)],
    "diff": Fields(
        {
            "differences": list[ObjectChange],
            "not_compared": list[str],
            "notes": list[str],
            "uncompared": dict[str, int],
        }
    ),
    "downgrade": RunReport,
    "ensure_version": list[EnsuredTable],
    "error": Fields({"error": FAULT, "faults": [FAULT]}),
    "graph": Fields({"nodes": [_NODE], "edges": [_EDGE], "lanes": int}),
    "heads": list[RevisionInfo],
    "history": [Fields({}, {"is_current": bool}, RevisionInfo)],
    "list_templates": list[TemplateInfo],
    "merge": NewRevision,
    "plugins doctor": [
        Fields(
            {
                "level": str,
                "code": str | None,
                "message": str,
                "hint": str | None,
                "distribution": str | None,
            }
        )
    ],
    "plugins list": list[ListedPlugin],
    "plugins show": Fields(
        {"faults": [FAULT]},
        {
            "name": str,
            "offers": list[Offer],
            "requires": list[str],
            "entry_points": [_ENTRY_POINT],
            "distribution": str,
            "version": str,
            "state": str,
            "operations": list[str],
            "dialects": list[str],
            "commands": list[str],
            "hooks": bool,
            "place": str,
        },
    ),
    "rebase": Rebase,
    "revision": list[NewRevision],
    "show": list[RevisionInfo],
    "snapshot": Fields(
        {
            "format": int,
            "dialect": str,
            "source": str,
            "fingerprint": str,
            "kinds": [Fields({"kind": str, "version": int, "records": list[Any]})],
        }
    ),
    "stamp": RunReport,
    "status": Status,
    "upgrade": RunReport,
}

RUNS: list[tuple[str, list[str], int]] = [
    ("error", ["upgrade", "head"], 1),
    ("error", ["show", "nix"], 1),
    ("error", ["diff", "nix"], 1),
    ("error", ["history", "-r", "nix", "-q"], 1),
    ("status", ["status"], 0),
    ("upgrade", ["upgrade", "bb2"], 0),
    ("current", ["current"], 0),
    ("history", ["history"], 0),
    ("history", ["history", "-i"], 0),
    ("heads", ["heads"], 0),
    ("heads", ["heads", "--resolve-dependencies"], 0),
    ("show", ["show", "bb2"], 0),
    ("graph", ["graph"], 0),
    ("graph", ["graph", "-i"], 0),
    ("branches", ["branches"], 0),
    ("merge", ["merge", "heads", "--rev-id", "dd4"], 0),
    ("upgrade", ["upgrade"], 0),
    ("upgrade", ["upgrade"], 0),
    ("check", ["check"], 4),
    ("diff", ["diff"], 4),
    ("snapshot", ["snapshot"], 0),
    ("coverage", ["coverage"], 0),
    ("revision", ["revision", "-m", "x", "--autogenerate", "--rev-id", "ee5"], 0),
    ("status", ["status"], 0),
    ("upgrade", ["upgrade"], 0),
    ("check", ["check"], 0),
    ("diff", ["diff", "database", "models"], 0),
    ("snapshot", ["snapshot", "--models"], 0),
    ("downgrade", ["downgrade", "-1"], 0),
    ("stamp", ["stamp", "--purge", "head"], 0),
    ("ensure_version", ["ensure_version"], 0),
    ("rebase", ["rebase", "--dry-run"], 0),
    ("heads", ["heads", "--check"], 0),
    ("list_templates", ["list_templates"], 0),
    ("plugins list", ["plugins", "list"], 0),
    ("plugins show", ["plugins", "show", "create_table"], 0),
    ("plugins show", ["plugins", "show", "migrateops-sequences"], 0),
    ("plugins doctor", ["plugins", "doctor"], 0),
    ("status", ["status", "--url", "sqlite:////nowhere/at/all/x.db"], 0),
    ("status", ["status", "--url", "postgresql+psycopg://nobody@127.0.0.1:9/x"], 1),
]
"""What is run, in this order, on one project; and how it ends."""


def schema(name: str) -> dict[str, Any]:
    return schema_of(DOCUMENTS[name], f"migrateops {name} --json")


def text(name: str) -> str:
    return json.dumps(opened(schema(name)), indent=2) + "\n"


def file_of(name: str) -> Path:
    return PLACE / f"{name.replace(' ', '-')}.json"


def with_json(command: click.Command, name: str) -> Iterator[str]:
    """Yield the commands that have the option."""
    for inner_name, inner in getattr(command, "commands", {}).items():
        yield from with_json(inner, f"{name} {inner_name}")
    if any("--json" in parameter.opts for parameter in command.params):
        yield name


def test_every_command_with_json_has_a_schema() -> None:
    found: set[str] = set()
    for verb in VERBS:
        command = program.get_command(click.Context(program), verb)
        assert command is not None
        found.update(with_json(command, verb))
    assert found == DOCUMENTS.keys() - {"error"}
    assert {name for name, _, _ in RUNS} == DOCUMENTS.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_is_on_file(name: str, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        PLACE.mkdir(parents=True, exist_ok=True)
        file_of(name).write_text(text(name), encoding="utf-8")
    assert file_of(name).read_text(encoding="utf-8") == text(name), "run the test with --update"


def test_there_is_no_other_schema() -> None:
    assert {path.name for path in PLACE.iterdir()} == {file_of(name).name for name in DOCUMENTS}


def test_real_output_is_as_the_schemas_say(project: Project) -> None:
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text(encoding="utf-8")
    project.build(
        config={"models": "models_of_documents:metadata", "prepend_sys_path": ["."]},
        files={
            "migrations/script.py.mako": template,
            "models_of_documents.py": "import sqlalchemy as sa\nmetadata = sa.MetaData()\n"
            "sa.Table('customer', metadata, sa.Column('id', sa.Integer, primary_key=True))\n",
        },
    )
    project.revision("aa1", None)
    project.revision("bb2", "aa1", branch_labels=("shop",))
    project.revision("cc3", "aa1", depends_on="bb2")
    for name, words, status in RUNS:
        result = project.run(*words, "--json", check=False)
        assert result.returncode == status, (words, result.stdout, result.stderr)
        faults = [
            f"{words}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in Draft202012Validator(schema(name)).iter_errors(json.loads(result.stdout))
        ]
        assert faults == []


def test_a_schema_refuses_what_is_otherwise() -> None:
    validator = Draft202012Validator(schema("error"))
    good: dict[str, Any] = {"code": "MO201", "message": "x", "notes": [], "hint": None}
    assert list(validator.iter_errors({"error": good, "faults": []})) == []
    for bad in ({**good, "code": 1}, {**good, "more": 1}, {"code": "MO201"}):
        assert list(validator.iter_errors({"error": bad, "faults": []}))
