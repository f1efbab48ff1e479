"""The tutorial runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.script import commands, matches

DOCS = Path(__file__).resolve().parents[2] / "docs"
TUTORIAL = (DOCS / "tutorial" / "index.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:`(?P<name>[\w.]+)`:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)


def test_the_tutorial_runs(tmp_path: Path) -> None:
    ran = 0
    for block in BLOCK.finditer(TUTORIAL):
        if block["language"] != "console":
            assert block["name"], block[0]
            (tmp_path / block["name"]).write_text(block["text"], encoding="utf-8")
            continue
        for command in commands(block["text"]):
            printed = command.run(tmp_path)
            expected = command.expected or "...\n"
            assert matches(printed, expected), f"$ {command.line}\n{printed}\nexpected:\n{expected}"
            assert "[exit" not in printed
            ran += 1
    assert ran > 10
