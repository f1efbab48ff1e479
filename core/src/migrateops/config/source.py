"""A configuration file that was read: its sections as they are written, nothing interpreted."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

from collections.abc import Mapping
from typing import Any, NamedTuple

MAIN = "migrateops"


class Source(NamedTuple):
    """The sections of one file.

    Attributes:
        file: The path as it is shown, or None without a file.
        here: The directory of the file, absolute; None without a file.
        text: Values are strings and may hold ``%(name)s`` (ini).
        sections: By name; the top level of a TOML file is under ``migrateops``.
        defaults: Of every section: ``[DEFAULT]`` of an ini file.
        root: What the file itself calls the main section; empty for the top level of the file.
        main: The name of the main section in ``sections``.
        shape: Who has read the file, where it is none of ours; its keys may be the project's own then,
            and ``${`` has no meaning in it.
        settings: Settings that have another default in such a file.
    """

    file: str | None = None
    here: str | None = None
    text: bool = True
    sections: Mapping[str, Mapping[str, object]] = {}
    defaults: Mapping[str, str] = {}
    root: str = MAIN
    main: str = MAIN
    shape: Any = None
    settings: Mapping[str, Any] = {}

    def nested(self, name: str) -> tuple[str, ...]:
        """Return the x of all sections ``[name.x]``."""
        start = f"{name}."
        return tuple(section.removeprefix(start) for section in self.sections if section.startswith(start))

    def key_of(self, name: str) -> str:
        """Return where in ``sections`` a section is that the command line or ``env.py`` calls *name*."""
        database = f"databases.{name}"
        return database if not self.text and name != MAIN and database in self.sections else name

    @property
    def selectable(self) -> tuple[str, ...]:
        """The names that ``-n`` may have."""
        return tuple(self.sections) if self.text else (MAIN, *self.nested("databases"))
