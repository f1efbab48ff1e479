"""Where scripts are: directories, ``package:directory``, and the files in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter

from migrateops import errors


def directory_of(location: str | os.PathLike[str], more_paths: Iterable[str] = ()) -> str:
    """Return the directory that a location stands for: a path, or ``package:directory``.

    Args:
        location: The location.
        more_paths: Where a package is looked for before ``sys.path``.

    Raises:
        ScriptDirectoryMissing: The package cannot be found.
    """
    text = os.fspath(location)
    package, colon, inner = text.partition(":")
    if not colon or not all(part.isidentifier() for part in package.split(".")):
        return text
    if len(package) == 1 and os.name == "nt":
        return text
    from migrateops.script.packages import directory_in

    found = directory_in(package, inner, more_paths)
    if found is None:
        raise errors.scripts.ScriptDirectoryMissing(text)
    return found


def script_entries(
    directories: Iterable[str], *, recursive: bool = False, sourceless: bool = False
) -> Iterator[os.DirEntry[str]]:
    """Yield the scripts in some directories, sorted within each, each file once.

    Names that start with ``__init__`` or ``.#`` are left out, as are directories that do not exist.

    Args:
        directories: In the order in which they are searched.
        recursive: Search their subdirectories too.
        sourceless: Also accept compiled files that have no source beside them.
    """
    directories = tuple(directories)
    if len(directories) == 1 and not recursive:
        yield from _entries(directories[0], recursive, sourceless)
        return
    seen: set[tuple[int, int]] = set()
    for directory in directories:
        for entry in _entries(directory, recursive, sourceless):
            identity = _identity(entry)
            if identity is None or identity not in seen:
                if identity is not None:
                    seen.add(identity)
                yield entry


def _identity(path: str | os.DirEntry[str]) -> tuple[int, int] | None:
    """Return what is the same for all paths of a file or directory; None if that is not known."""
    try:
        # An entry remembers it, for whoever asks next.
        status = path.stat() if isinstance(path, os.DirEntry) else os.stat(path)  # noqa: PTH116
    except OSError:
        return None  # a link that leads nowhere, which whoever reads it will find out
    return (status.st_dev, status.st_ino) if status.st_ino else None


def _entries(
    directory: str, recursive: bool, sourceless: bool, outer: tuple[object, ...] = ()
) -> Iterator[os.DirEntry[str]]:
    # A link to a directory that it is in leads round in a circle.
    here = _identity(directory) if recursive else None
    if here is not None and here in outer:
        return
    try:
        with os.scandir(directory) as found:
            entries = sorted(found, key=attrgetter("name"))
    except (FileNotFoundError, NotADirectoryError):
        return
    sources: set[str] = set()
    compiled = []
    for entry in entries:
        name = entry.name
        if name.startswith(("__init__", ".#")):
            continue
        if name.endswith(".py"):
            if sourceless:
                sources.add(name[:-3])
            yield entry
        elif name.endswith((".pyc", ".pyo")):
            compiled.append(entry)
        elif recursive and name != "__pycache__" and os.path.isdir(entry):  # noqa: PTH112
            yield from _entries(entry.path, recursive, sourceless, (*outer, here))
    if sourceless:
        compiled += _cached(directory)
        for entry in compiled:
            stem = entry.name.partition(".")[0]
            if stem not in sources:
                sources.add(stem)
                yield entry


def _cached(directory: str) -> list[os.DirEntry[str]]:
    suffix = f".{sys.implementation.cache_tag}.pyc"
    try:
        with os.scandir(f"{directory}{os.sep}__pycache__") as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [
        entry
        for entry in entries
        if entry.name.endswith(suffix) and not entry.name.startswith(("__init__", ".#"))
    ]
