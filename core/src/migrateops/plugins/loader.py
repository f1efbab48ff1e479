"""Import what entry points name; every failure says distribution, version and entry point."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from migrateops import errors
from migrateops.plugins.discovery import COMMANDS, DIALECTS, IMPLEMENTATIONS, OPERATIONS, Advert

_EXPECTED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    OPERATIONS: ("a class", lambda found: isinstance(found, type)),
    DIALECTS: ("a class", lambda found: isinstance(found, type)),
    IMPLEMENTATIONS: ("a function", callable),
    COMMANDS: ("a command", callable),
}


class Loader:
    """Loads entry points once; what failed is not tried again."""

    def __init__(self) -> None:
        self._loaded: dict[Advert, Any] = {}
        self._failed: dict[Advert, errors.plugins.AdvertisedError] = {}

    def failures(self) -> tuple[errors.plugins.AdvertisedError, ...]:
        """Return what has failed so far."""
        return tuple(self._failed.values())

    def load(self, advert: Advert) -> Any:
        """Return what an entry point names.

        Raises:
            PluginLoadError: It cannot be imported.
            WrongPluginObject: It is not what its group asks for.
        """
        if advert in self._loaded:
            return self._loaded[advert]
        failed = self._failed.get(advert)
        if failed is not None:
            raise failed.with_traceback(None)
        try:
            found = _imported(advert)
        except errors.plugins.AdvertisedError as error:
            self._failed[advert] = error
            raise
        self._loaded[advert] = found
        return found


def _imported(advert: Advert) -> Any:
    where = (advert.distribution, advert.version, advert.entry_point)
    try:
        found: Any = importlib.import_module(advert.module)
        for name in filter(None, advert.value.partition(":")[2].split(".")):
            found = getattr(found, name)
    except (Exception, SystemExit) as error:
        # A module that calls sys.exit() when imported must not end the process without a word.
        raise errors.plugins.PluginLoadError(*where, f"{type(error).__name__}: {error}") from error
    expected, is_right = _EXPECTED.get(advert.group, ("", lambda _: True))
    if not is_right(found):
        raise errors.plugins.WrongPluginObject(*where, expected, f"{type(found).__name__} {found!r}")
    return found
