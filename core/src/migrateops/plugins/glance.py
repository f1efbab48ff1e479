# pathlib and importlib_metadata are what a glance does without.
# ruff: noqa: PTH118, PTH123
"""Tell without reading any metadata that no installed distribution offers something."""

from __future__ import annotations

import os
import sys


def may_offer(group: str) -> bool:
    """Return False if it is certain that nothing on ``sys.path`` has entry points of a group.

    A fraction of the work of `migrateops.plugins.discovery`, which has the answer otherwise.

    Args:
        group: The entry-point group, ``migrateops.commands``.
    """
    wanted = group.encode()
    for directory in sys.path:
        try:
            with os.scandir(directory or os.curdir) as found:
                names = [entry.name for entry in found if entry.name.endswith((".dist-info", ".egg-info"))]
        except FileNotFoundError:
            continue
        except OSError:
            return True  # a zip file, which may hold distributions
        paths = (os.path.join(directory, name) for name in names)
        if directory.endswith(".egg") or any(wanted in _entry_points(path) for path in paths):
            return True
    return False


def _entry_points(metadata: str) -> bytes:
    try:
        with open(os.path.join(metadata, "entry_points.txt"), "rb") as file:
            return file.read()
    except OSError:
        return b""
