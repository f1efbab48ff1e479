"""The page of commands names every command and option, and the tutorial runs as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from migrateops.cli.group import VERBS
from migrateops.cli.main import program
from tests.e2e.script import commands, matches

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
TUTORIAL = (DOCS / "tutorial" / "index.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:`(?P<name>[\w.]+)`:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)


def section(verb: str) -> str:
    """Return the part of the page under the heading that names *verb*."""
    for part in PAGE.split("\n## ")[1:]:
        heading = part.partition("\n")[0]
        if verb in heading.split(", "):
            return part
    return pytest.fail(f"no section on {verb}")


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden and "--help" not in parameter.opts:
            yield from parameter.opts
    for inner in getattr(command, "commands", {}).values():
        yield from options(inner)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_on_the_page(verb: str) -> None:
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    text = section(verb)
    assert [option for option in options(command) if f"`{option}" not in text] == []
    assert command.get_short_help_str(200) == VERBS[verb][1]


def test_every_option_of_the_program_is_on_the_page() -> None:
    text = section("Options of the program")
    found = list(options(program))
    assert "--debug" in found
    assert [option for option in found if f"`{option}" not in text] == []


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
