# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH109
"""The options of all sections: what the file holds, with what a program has set on top."""

from __future__ import annotations

import os
from collections.abc import Mapping

from migrateops.config import values
from migrateops.config.interpolation import interpolate
from migrateops.config.model import ENGINE, KNOWN, TABLES, URL_KEYS, Settings, readers
from migrateops.config.source import MAIN, Source
from migrateops.config.variables import expand_all, literal

_PATHS = {
    name: reader
    for name, reader in readers(Settings).items()
    if reader in (values.location, values.locations)
}


class Options:
    """Two layers of options by section; ``None`` in the upper one hides what the file has."""

    def __init__(self, source: Source, arguments: Mapping[str, str]) -> None:
        self.source = source
        self._fixed = {"here": source.here or os.getcwd(), **arguments}
        self._set: dict[str, dict[str, str | None]] = {}

    def set(self, section: str, name: str, value: str | None) -> None:
        """Set an option, or hide it with None; of several keys for the url the last one set counts."""
        options = self._set.setdefault(section, {})
        if name in URL_KEYS:
            options.update((key, None) for key in URL_KEYS)
        options[name] = value

    def has_section(self, section: str) -> bool:
        """Return whether the file has the section, or something was set in it."""
        return section in self.source.sections or section in self._set

    def given(self, section: str) -> dict[str, object]:
        """Return what was set in a section."""
        options = self._set.get(section, {}).items()
        present = ((name, value) for name, value in options if value is not None)
        return {name: self._replaced(section, name, value) for name, value in present}

    def written(self, section: str, *, with_defaults: bool = False) -> dict[str, object]:
        """Return what the file says in a section and nobody has set or hidden; not yet expanded.

        Args:
            with_defaults: Take in what ``[DEFAULT]`` says of settings; its other keys are for others.
        """
        own: dict[str, object] = {}
        if with_defaults:
            shared = self.source.defaults.items()
            own = {name: value for name, value in shared if name in KNOWN or name.startswith(ENGINE)}
        own |= self.source.sections.get(section, {})
        upper = self._set.get(section, {})
        return {name: self._read(section, name, value) for name, value in own.items() if name not in upper}

    def names(self, section: str) -> list[str]:
        """Return the names of all options of a section; a table in it is a section of its own."""
        tables = () if self.source.text else TABLES
        layers = self._layers(section)
        return [name for name, value in layers.items() if value is not None and name not in tables]

    def get(self, section: str, name: str) -> object:
        """Return the value of an option, or None.

        Variables are expanded, and the paths of a TOML file are absolute.

        Raises:
            InterpolationFailed: ``%(name)s`` in it is not defined.
            MissingVariable: A variable in it is not set.
        """
        upper = self._set.get(section, {})
        if name in upper:
            value = upper[name]
            return None if value is None else self._replaced(section, name, value)
        found = self._layers(section).get(name)
        if name == "databases" and isinstance(found, dict):
            return list(found)
        found = expand_all(self._read(section, name, found), key=name, file=self.source.file)
        if found is None or self.source.text or name not in _PATHS:
            return found
        return _PATHS[name](found, values.Form(False, self.source.here))

    def _layers(self, section: str) -> dict[str, object]:
        """Return every option of a section, as it is written."""
        below: Mapping[str, object] = self.source.defaults
        if section.startswith("databases.") and not self.source.text:
            main = {**self.source.sections[MAIN], **self._set.get(MAIN, {})}
            below = {name: value for name, value in main.items() if name not in URL_KEYS + TABLES}
        return {**below, **self.source.sections.get(section, {}), **self._set.get(section, {})}

    def _read(self, section: str, name: str, value: object) -> object:
        if not self.source.text or not isinstance(value, str):
            return value
        text = self._replaced(section, name, value)
        return text if self.source.shape is None else literal(text)

    def _replaced(self, section: str, name: str, value: str) -> str:
        if "%" not in value:
            return value
        names = self._layers(section)
        return interpolate(value, names, self._fixed, file=self.source.file, section=section, key=name)
