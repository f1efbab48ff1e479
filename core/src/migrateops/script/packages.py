"""Where the directories of a package are, found without importing anything."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path


def directory_in(package: str, inner: str, more_paths: Iterable[str] = ()) -> str | None:
    """Return the directory *inner* of a package, or None if there is no such package on disk.

    A namespace package has several directories; the first one that has *inner* counts.  A package
    in a zip file has none that scripts could be written to.

    Args:
        package: Its dotted name.
        inner: A path below it, whose parts may be parted by colons as well.
        more_paths: Where it is looked for before ``sys.path``.
    """
    outer, *inside = package.split(".")
    below = inner.split(":")
    for path in (list(more_paths), None):
        places = [Path(place, *inside) for place in _places(outer, path)]
        places = [Path(place, *below) for place in places if place.is_dir()]
        if places:
            return str(next((place for place in places if place.is_dir()), places[0]))
    return None


def _places(package: str, path: list[str] | None) -> Iterable[str]:
    """Return the directories of an outermost package, which *path* has, or the interpreter finds."""
    try:
        # Only the general search knows what an editable installation has put elsewhere.
        spec = find_spec(package) if path is None else PathFinder.find_spec(package, path)
    except (ImportError, ValueError):
        return ()
    # What is further inside cannot be asked for: that would import what is outside of it.
    return tuple(spec.submodule_search_locations or ()) if spec is not None else ()
