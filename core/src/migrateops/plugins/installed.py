# pathlib and importlib_metadata are what plain directories do without.
# ruff: noqa: PTH110, PTH112, PTH118, PTH119, PTH123, PTH208
"""The metadata of what is installed in one directory, as text.

Importing ``importlib_metadata`` takes longer than reading plain directories does, so it is asked
only for what else may be on a path: eggs and zip files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, Protocol

_KINDS = (".dist-info", ".egg-info")


class Installed(Protocol):
    """What is asked of a distribution, also of those of ``importlib_metadata``."""

    def read_text(self, filename: str, /) -> str | None:
        """Return the text of a file beside the metadata, or None if there is none."""
        ...


class EntryPoint(NamedTuple):
    """One line of ``entry_points.txt``."""

    group: str
    name: str
    value: str


class _MetadataDirectory:
    def __init__(self, place: str) -> None:
        self._place = place

    def read_text(self, filename: str, /) -> str | None:
        # No such file, or no such directory: an egg-info may be a file itself.
        missing = suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)
        with missing, open(os.path.join(self._place, filename), encoding="utf-8") as file:
            return file.read()
        return None


def installed(directory: str) -> dict[str, Installed]:
    """Return the distributions in a directory of the path, by the place of their metadata."""
    if os.path.isdir(directory) and not os.path.basename(directory).lower().endswith(".egg"):
        try:
            names = os.listdir(directory)
        except OSError:
            return {}
        places = (os.path.join(directory, name) for name in names if name.lower().endswith(_KINDS))
        return {place: _MetadataDirectory(place) for place in places}
    if not os.path.exists(directory):
        return {}
    import importlib_metadata

    return {_place(found): found for found in importlib_metadata.distributions(path=[directory])}


def _place(found: object) -> str:
    return str(getattr(found, "_path", found))


def entry_points(text: str) -> Iterator[EntryPoint]:
    """Yield what an ``entry_points.txt`` has; blank lines and comments do not count.

    https://packaging.python.org/en/latest/specifications/entry-points/ describes the file.

    Raises:
        ValueError: A line of a group has no equals sign.
    """
    group = None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif line and not line.startswith("#") and group is not None:
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"{line!r} in group {group!r} has no '='")
            yield EntryPoint(group, name.strip(), value.strip())
