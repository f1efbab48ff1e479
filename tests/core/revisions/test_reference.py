"""The page about naming revisions lists forms that there are."""

from __future__ import annotations

import re
from pathlib import Path

from migrateops.revisions.expressions import resolve
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.ranges import in_range
from migrateops.revisions.revision import Revision

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "identifiers.md"
CURRENT = ["3f2a9c01b7de"]
GRAPH = RevisionGraph(
    [
        Revision("first"),
        Revision("second", "first"),
        Revision("3f2a9c01b7de", "second", ("shop",)),
        Revision("fourth", "3f2a9c01b7de"),
        Revision("fifth", "fourth"),
    ]
)


def test_the_forms_are_understood() -> None:
    forms = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(forms) > 20
    for form in forms:
        found = list(in_range(GRAPH, form, CURRENT) if ":" in form else resolve(GRAPH, form, CURRENT))
        assert found, form
