"""Connect to a file only if it is there: the driver would create it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_MEMORY = ":memory:"


def before_reading(arguments: list[Any], options: dict[str, Any]) -> None:
    """Replace the name of a file that is not there by that of an empty database in memory.

    Args:
        arguments: The positional arguments of ``connect()``, changed in place.
        options: Its keyword arguments, changed in place.
    """
    given = arguments[0] if arguments else options.get("database")
    path = _path(str(given), bool(options.get("uri"))) if given else None
    if path is None or path.exists():
        return
    if arguments:
        arguments[0] = _MEMORY
    else:
        options["database"] = _MEMORY


def _path(name: str, is_uri: bool) -> Path | None:
    """Return the file, or None for a database without one."""
    if is_uri and name.startswith("file:"):
        parts = urlsplit(name)
        name = _MEMORY if "mode=memory" in parts.query.split("&") else unquote(parts.path)
    return None if name in ("", _MEMORY) else Path(name)
