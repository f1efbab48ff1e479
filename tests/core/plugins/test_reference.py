"""The reference page of the hooks says what the code says."""

from __future__ import annotations

import inspect
from pathlib import Path

from migrateops.plugins.hooks import hook_names
from migrateops.plugins.hookspecs import HookContext, Hooks

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "hooks.md"


def test_the_page_has_every_hook_with_its_arguments() -> None:
    rows = {
        line.split("`")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    }
    hooks = {
        f"{name}({', '.join(list(inspect.signature(getattr(Hooks, name)).parameters)[1:])})"
        for name in hook_names()
    }
    context = {name for name in vars(HookContext) if not name.startswith("_")}
    attributes = {"before", "MIGRATEOPS_API", "op_modules"}
    assert rows == hooks | context | attributes
