"""The page on differences says something of every row of the checklist that was worked on."""

from __future__ import annotations

import re

from tests.structure.tree import ROOT

ROWS = {
    "D": 24, "A": 11, "AD": 14, "AR": 16,
    "O": 18, "OM": 12, "OB": 15, "C": 17, "I": 12, "MK": 10,
    "E": 30, "T": 9, "X": 16, "R": 18, "RE": 6, "F": 22, "H": 7, "TM": 7, "K": 15, "KG": 8, "G": 10,
}  # fmt: skip


def named(text: str) -> set[str]:
    """Return the rows that a text names, also within ranges such as ``E09-E22``."""
    found: set[str] = set()
    for kind, first, last in re.findall(r"\b([A-Z]{1,2})(\d\d)(?:-[A-Z]{1,2}(\d\d))?\b", text):
        found |= {f"{kind}{number:02}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_a_range_names_each_of_its_rows() -> None:
    assert named("| E09-E11, TM03 |") == {"E09", "E10", "E11", "TM03"}


def test_every_row_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "differences.md").read_text(encoding="utf-8")
    wanted = {f"{kind}{number:02}" for kind, count in ROWS.items() for number in range(1, count + 1)}
    assert wanted - named(page) == set()
