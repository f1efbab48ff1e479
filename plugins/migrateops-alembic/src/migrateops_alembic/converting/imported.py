"""Modules that scripts import, and that use ``op`` or ``context`` themselves: the project's, and others."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

_RUNNING = ("alembic.op", "alembic.context", "alembic.operations")
"""What only code of a migration uses; a program that calls Alembic's commands goes on doing that."""


_APART = frozenset({"alembic", "migrateops", "sqlalchemy"}) | sys.stdlib_module_names


def imported(files: Iterable[Path], directories: Iterable[str], here: Path) -> set[Path]:
    """Return the modules of the project that are to be turned with its scripts; none is executed.

    Args:
        files: The scripts and ``env.py``.
        directories: Where the project's modules are looked for, ahead of the path.
        here: Where the project's configuration is.
    """
    places = [*map(Path, directories), *_own_places(here)]
    return {path for path, names in _reached(files, places, set()) if _used(names)}


def outside(files: Iterable[Path], directories: Iterable[str], here: Path) -> dict[Path, tuple[str, Path]]:
    """Return the modules outside of the project that its scripts reach, and that go on using Alembic.

    Of an installed package, what it imports of itself is looked at, too; none is executed.

    Args:
        files: The scripts and ``env.py``.
        directories: Where the project's modules are looked for, ahead of the path.
        here: Where the project's configuration is.

    Returns:
        By module, what it uses, and the file of the project that imports it or its package.
    """
    places = [*map(Path, directories), *_own_places(here)]
    found: dict[Path, tuple[str, Path]] = {}
    looked: set[str] = set()
    # A package may be large, and is imported in many scripts.
    read: set[Path] = set()
    for path, names in _reached(files, places, set()):
        for name in sorted({name for level, name in names if not level} - looked):
            looked.add(name)
            top = name.partition(".")[0]
            if top in _APART or any(any(_files(place, top)) for place in places):
                continue
            around = _place(top)
            given = [] if around is None else [each.resolve() for each in _files(around, name)]
            for inner, used in _reached(given, [around] if around is not None else [], read, top):
                if using := _used(used):
                    found.setdefault(inner, (using, path))
    return found


def _reached(
    files: Iterable[Path], places: Iterable[Path], looked: set[Path], top: str | None = None
) -> Iterator[tuple[Path, set[tuple[int, str]]]]:
    """Yield files, and those of the modules that they import, with what each imports.

    Args:
        files: The files to begin with.
        places: Where modules are looked for.
        looked: The files that were looked at before, which are left out; it is added to.
        top: Follow imports of this package alone.
    """
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path in looked:
            continue
        looked.add(path)
        names = _imports(path)
        yield path, names
        for level, name in names:
            if level or top in (None, name.partition(".")[0]):
                around = [path.parents[level - 1]] if level else places
                waiting += (each.resolve() for place in around for each in _files(place, name))


def _used(names: Iterable[tuple[int, str]]) -> str | None:
    """Return what of `_RUNNING` is imported, or None."""
    imported = {f"{name}." for level, name in names if not level}
    return next((one for one in _RUNNING if any(name.startswith(f"{one}.") for name in imported)), None)


def _place(top: str) -> Path | None:
    """Return the directory that a package or a module is in; it is not imported for that."""
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    where = next(iter(spec.submodule_search_locations or ()), spec.origin)
    return None if where is None else Path(where).parent


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
