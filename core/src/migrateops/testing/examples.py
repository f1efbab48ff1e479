"""Examples of operations: what is there before, the operation, and what is there afterwards.

One example is run on every dialect, taken back, written as SQL and compared: an operation that has
one is tested by that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from sqlalchemy import Connection, MetaData

from migrateops.operations.declare import MigrateOperation
from migrateops.operations.registry import process

GROUP = "migrateops.examples"
"""The group of entry points in which a distribution advertises examples of its operations."""

Schema = Callable[[MetaData], Mapping[str, list[dict[str, Any]]] | None]
"""Puts tables into an empty MetaData; may return rows to insert, by the tables' names."""


@dataclass(frozen=True)
class Example:
    """An operation in its surroundings.

    Attributes:
        operation: Makes the operation anew at each call.
        case: What it shows, as a file's name.
        before: The tables that it needs.
        after: The tables that there are afterwards, as ``CREATE TABLE`` would make them at once.
        reversible: Whether it can be taken back, so that the tables are as before.
        runs: Whether it runs in an empty database; False where it is only written, as it names a
            schema that nobody has made.
        dialects: The dialects that it is for; None for all of them.
        also: Reads what is there besides tables and is to be compared as well, such as sequences; what
            two databases that are alike agree in.
    """

    operation: Callable[[], MigrateOperation]
    case: str
    before: Schema
    after: Schema
    reversible: bool = True
    runs: bool = True
    dialects: frozenset[str] | None = field(default=None)
    also: Callable[[Connection], Any] | None = field(default=None)

    @property
    def directive(self) -> str:
        """The operation's name on ``op``."""
        made = type(self.operation())
        return made.__op_names__.get("op") or made.__name__

    @property
    def name(self) -> str:
        """The directive and the case, as in a file's path."""
        return f"{self.directive}/{self.case}"

    def is_for(self, dialect: str) -> bool:
        """Say whether it is for a dialect."""
        return self.dialects is None or dialect in self.dialects


class Examples:
    """Examples, by name and by the dialects that they are for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, frozenset[str] | None], Example] = {}
        self._complete = False

    def add(self, *given: Example) -> None:
        """Add examples; one of the same name for the same dialects is replaced."""
        for example in given:
            self._known[example.name, example.dialects] = example

    def __iter__(self) -> Iterator[Example]:
        self._complete_them()
        return iter(list(self._known.values()))

    def of(self, dialect: str) -> list[Example]:
        """Return the examples for a dialect."""
        return [example for example in self if example.is_for(dialect)]

    def without(self, package: str) -> set[str]:
        """Return the names of directives, registered by modules of a package, that have no example."""
        registered = {
            name
            for (form, name), makers in process.directives.items()
            if form == "op" and any(maker.module.partition(".")[0] == package for maker in makers)
        }
        return registered - self._directives()

    def without_any(self) -> set[str]:
        """Return the names of directives that an installed distribution advertises and no example is of."""
        return {entry.name for entry in entry_points(group="migrateops.operations")} - self._directives()

    def _directives(self) -> set[str]:
        return {example.directive for example in self}

    def _complete_them(self) -> None:
        """Add those of core and of installed distributions, once."""
        if self._complete:
            return
        self._complete = True
        # That module is made of this one.
        from migrateops.testing.built_in import EXAMPLES

        advertised = [example for entry in entry_points(group=GROUP) for example in entry.load()]
        for example in (*EXAMPLES, *advertised):
            self._known.setdefault((example.name, example.dialects), example)


examples = Examples()
"""The examples that are known: of core, of what is installed, and those added with ``examples.add(...)``."""
