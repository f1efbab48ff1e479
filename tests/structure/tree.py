"""The source files of the workspace, as the structure tests walk them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "src" / "migrateops"


def sources(directory: Path, *patterns: str) -> list[Path]:
    """Return the files below *directory* that match a pattern, generated directories left out."""
    return sorted(
        path
        for pattern in patterns
        for path in directory.rglob(pattern)
        if not any(
            part.startswith(".") or part in ("__pycache__", "build", "dist")
            for part in path.relative_to(directory).parts
        )
    )


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of every import, wherever in the file it is."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""
