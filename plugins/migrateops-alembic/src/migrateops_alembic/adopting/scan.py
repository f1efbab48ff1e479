"""Which names of Alembic's the code of a project uses that are not covered."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from migrateops_alembic.alias.finder import entered
from migrateops_alembic.alias.table import MODULES


@dataclass(frozen=True, order=True)
class Finding:
    """A name that is not covered, or a file that cannot be read.

    Attributes:
        path: The file.
        line: Where in it, from 1.
        what: The name, or what is wrong with the file.
    """

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def scan(paths: Iterable[Path]) -> list[Finding]:
    """Return what is not covered in some files, sorted; none of them is executed."""
    found: set[Finding] = set()
    with entered():
        for path in paths:
            try:
                with tokenize.open(path) as file:
                    tree = ast.parse(file.read())
            except (OSError, SyntaxError, UnicodeDecodeError) as error:
                found.add(Finding(str(path), getattr(error, "lineno", None) or 1, f"cannot be read: {error}"))
                continue
            found.update(Finding(str(path), line, name) for line, name in _uncovered(tree))
    return sorted(found)


def _uncovered(tree: ast.Module) -> Iterator[tuple[int, str]]:
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == "alembic":
                    bound[alias.asname or "alembic"] = alias.name if alias.asname else "alembic"
                    if alias.name not in MODULES:
                        yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            if module.partition(".")[0] != "alembic":
                continue
            if module not in MODULES:
                yield node.lineno, module
                continue
            for alias in node.names:
                full = f"{module}.{alias.name}"
                if alias.name == "*" or full in MODULES:
                    bound[alias.asname or alias.name] = full
                elif not covers(module, alias.name):
                    yield node.lineno, full
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = _dotted(node, bound) or ""
            if name:
                owner, _, attribute = name.rpartition(".")
                if owner in MODULES and name not in MODULES and not covers(owner, attribute):
                    yield node.lineno, name


def _dotted(node: ast.expr, bound: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, bound)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def covers(module: str, name: str) -> bool:
    """Say whether a module of the table has a name; the operations of plugins are not asked for."""
    if module in ("alembic.op", "alembic.context"):
        # What is registered decides there, when it is called.
        return True
    from importlib import import_module

    return hasattr(import_module(module), name)
