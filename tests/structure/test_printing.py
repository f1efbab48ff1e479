"""Only the command line prints, reads the command line and exits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.tree import CORE, ROOT, parsed, shown, sources

FORBIDDEN_OF_SYS = {"argv", "exit"}


def console_uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print" | "input" | "exit" | "quit" as name)):
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in FORBIDDEN_OF_SYS:
                yield node.lineno, f"sys.{name}"
            case ast.ImportFrom(module="sys", names=names):
                yield from (
                    (node.lineno, f"sys.{alias.name}") for alias in names if alias.name in FORBIDDEN_OF_SYS
                )
            case ast.Raise(exc=ast.Name(id="SystemExit") | ast.Call(func=ast.Name(id="SystemExit"))):
                yield node.lineno, "SystemExit"


def is_command_line(path: Path) -> bool:
    if path == CORE / "__main__.py" or CORE / "cli" in path.parents:
        return True
    # They stand for the command line of another tool, and for Python's own: both end the program.
    return path.name in ("command_line.py", "__main__.py") and "migrateops_alembic" in path.parts


def test_only_the_command_line_prints() -> None:
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in [*sources(CORE, "*.py"), *sources(ROOT / "plugins", "src/**/*.py")]
        if not is_command_line(path)
        for line, name in console_uses(parsed(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["print(1)", "import sys\nsys.exit()", "from sys import argv", "raise SystemExit(1)", "raise SystemExit"],
)
def test_each_way_is_seen(source: str) -> None:
    assert len(list(console_uses(ast.parse(source)))) == 1
