"""Modules beside the scripts that scripts import, and that use ``op`` or ``context`` themselves."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

_RUNNING = ("alembic.op", "alembic.context", "alembic.operations")
"""What only code of a migration uses; a program that calls Alembic's commands goes on doing that."""


def imported(files: Iterable[Path], directories: Iterable[str], here: Path) -> set[Path]:
    """Return the modules of the project that are to be turned with its scripts; none is executed.

    Args:
        files: The scripts and ``env.py``.
        directories: Where the project's modules are looked for, ahead of the path.
        here: Where the project's configuration is.
    """
    places = [*map(Path, directories), *_own_places(here)]
    found: set[Path] = set()
    looked: set[Path] = set()
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path in looked:
            continue
        looked.add(path)
        names = _imports(path)
        if any(f"{name}.".startswith(f"{one}.") for level, name in names for one in _RUNNING if not level):
            found.add(path)
        for level, name in names:
            around = [path.parents[level - 1]] if level else places
            waiting += (each.resolve() for place in around for each in _files(place, name))
    return found


def _own_places(here: Path) -> Iterator[Path]:
    """Return the directories of the path that the project is in, or that are in it."""
    installed = [Path(path).resolve() for path in sysconfig.get_paths().values()]
    for place in sys.path:
        real = Path(place).resolve()
        near = real.is_relative_to(here) or here.is_relative_to(real)
        if near and real.is_dir() and not any(real.is_relative_to(one) for one in installed):
            yield real


def _files(place: Path, name: str) -> Iterator[Path]:
    """Return the files of a module, and of the packages that it is in."""
    for part in name.split("."):
        if (file := place / f"{part}.py").is_file():
            yield file
        place = place / part
        if (file := place / "__init__.py").is_file():
            yield file
        elif not place.is_dir():
            return


def _imports(path: Path) -> set[tuple[int, str]]:
    """Return what a file imports, each name as that of a module, and how many dots are in front of it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    found: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = f"{node.module}." if node.module is not None else ""
            found.update((node.level, f"{module}{alias.name}") for alias in node.names)
    return found
