"""The reference page of the configuration has every key, with its default and its meaning."""

from __future__ import annotations

import re

import pytest

from migrateops.config.model import PluginSettings, Settings, readers
from tests.structure.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "configuration.md"
MARK = "<!-- Below: `python3 dev.py test tests/structure/test_configuration_reference.py --update`. -->"


def meanings(settings: type) -> dict[str, str]:
    """Return what the docstring says of each attribute."""
    attributes = (settings.__doc__ or "").partition("Attributes:")[2]
    found = re.findall(r"^ {8}(\w+): (.+(?:\n {12,}.+)*)", attributes, re.MULTILINE)
    return {name: " ".join(text.split()).replace("``", "`") for name, text in found}


def shown(default: object) -> str:
    if default is None or default == () or default == {}:
        return "-"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


def table(settings: type) -> list[str]:
    said, defaults = meanings(settings), getattr(settings, "_field_defaults", {})
    rows = [f"| `{key}` | {shown(defaults[key])} | {said.get(key, '')} |" for key in readers(settings)]
    return ["| key | default | meaning |", "|---|---|---|", *(row.replace("a|b", "a\\|b") for row in rows)]


def derived() -> str:
    lines = [
        MARK,
        "",
        "## Keys",
        "",
        *table(Settings),
        "",
        "## Keys of `plugins`",
        "",
        *table(PluginSettings),
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("settings", [Settings, PluginSettings])
def test_every_key_is_explained_where_it_is_defined(settings: type) -> None:
    assert [key for key in readers(settings) if key not in meanings(settings)] == []


def test_the_page_has_them(request: pytest.FixtureRequest) -> None:
    written, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark
    if request.config.getoption("--update"):
        PAGE.write_text(written + derived(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written + derived(), "run the test with --update"
