"""What the how-to pages show does what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.script import Command, commands, matches

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
FILE = re.compile(r"`([\w./]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
BLOCK = re.compile(r"^```\w", re.MULTILINE)


def checked(command: Command, directory: Path) -> None:
    """Run a command, and compare with what the page shows below it."""
    printed = command.run(directory)
    # The page leaves out empty lines at the end.
    shown = printed.rstrip("\n") + "\n" if command.expected else printed
    assert matches(shown, command.expected), f"$ {command.line}\n{printed}\nexpected:\n{command.expected}"


@pytest.mark.parametrize(
    "name", ["compare-databases.md", "use-from-an-application.md", "write-sql-for-a-dba.md"]
)
def test_everything_on_the_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)
    text = (PAGES / name).read_text(encoding="utf-8")
    steps = sorted([*FILE.finditer(text), *CONSOLE.finditer(text)], key=lambda step: step.start())
    assert len(steps) == len(BLOCK.findall(text)), "a block is neither a file nor a console"
    for step in steps:
        if step.re is FILE:
            target = tmp_path / step[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step[2], encoding="utf-8")
            continue
        for command in commands(step[1]):
            checked(command, tmp_path)
