"""The table of known distributions is what the plugins of this repository advertise."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from migrateops.plugins import known

ROOT = Path(__file__).resolve().parents[3]


def advertised(group: str) -> dict[str, str]:
    """Return who advertises what in a group, by name."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        for name in project.get("entry-points", {}).get(group, {}):
            assert name not in found, f"{name} is offered by {found[name]} and {project['name']}"
            found[name] = project["name"]
    return dict(sorted(found.items()))


def generated() -> str:
    """Return the text of the module."""
    text = Path(known.__file__).read_text(encoding="utf-8")
    head = text[: text.index("KNOWN_OPERATIONS")]
    tables = []
    for name, group in (
        ("KNOWN_OPERATIONS", "migrateops.operations"),
        ("KNOWN_DIALECTS", "migrateops.dialects"),
    ):
        lines = "".join(f'    "{key}": "{dist}",\n' for key, dist in advertised(group).items())
        tables.append(f"{name}: Mapping[str, str] = {{\n{lines}}}\n")
    return head + "\n".join(tables)


def test_the_table_is_what_the_repository_advertises(request: pytest.FixtureRequest) -> None:
    path = Path(known.__file__)
    if request.config.getoption("--update"):
        path.write_text(generated(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == generated()
