"""Read and run an end-to-end script; README.md beside this file has the format."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.processes import run_module

HEADING = re.compile(r"^-- (.+) --\n", re.MULTILINE)
COMMANDS = "commands"
_GIT_SETTINGS = (
    "user.name=Tester",
    "user.email=tester@example.org",
    "init.defaultBranch=main",
    "commit.gpgSign=no",
)
PROGRAMS = {
    "python": [sys.executable],
    "git": ["git", *(word for setting in _GIT_SETTINGS for word in ("-c", setting))],
}
SECONDS = 60


@dataclass(frozen=True)
class Command:
    """A command line, and what it is expected to print."""

    line: str
    expected: str

    def run(self, directory: Path) -> str:
        """Run it in *directory* and return what it printed, with its exit status if that is not 0."""
        words = shlex.split(self.line)
        environment = {}
        while "=" in words[0]:
            name, _, environment[name] = words.pop(0).partition("=")
        if words[0] == "migrateops":
            result = run_module(*words, cwd=directory, environment=environment, merged=True, timeout=SECONDS)
        else:
            result = subprocess.run(
                [*PROGRAMS[words[0]], *words[1:]],
                cwd=directory,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        printed = "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())
        return printed + (f"[exit {result.returncode}]\n" if result.returncode else "")


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each section; the prose above the first is left out."""
    parts = HEADING.split(text)[1:]
    yield from zip(parts[::2], parts[1::2], strict=True)


def commands(section: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", section, flags=re.MULTILINE)[1:]:
        line, _, expected = part.partition("\n")
        yield Command(line, "".join(f"{row.rstrip()}\n" for row in expected.rstrip().splitlines()))


def matches(printed: str, expected: str) -> bool:
    """Whether *printed* is *expected*, where ``...`` stands for any text, or alone for any lines."""
    pattern = "".join(
        "(?:.*\n)*" if line == "...\n" else ".*".join(re.escape(part) for part in line.split("..."))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


def run_script(path: Path, directory: Path) -> None:
    """Run the script in *directory*; raise an AssertionError that shows both texts if one differs."""
    ran = 0
    for name, content in sections(path.read_text(encoding="utf-8")):
        if name != COMMANDS:
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
            continue
        for command in commands(content):
            printed = command.run(directory)
            shown = f"$ {command.line}\n{printed}\nexpected:\n{command.expected}"
            assert matches(printed, command.expected), shown
            ran += 1
    assert ran, f"{path.name} has no command"
