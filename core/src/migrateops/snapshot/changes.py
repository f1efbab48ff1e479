"""What differs between two schemas, object by object, as data that people and programs read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrateops.snapshot.difference import Difference, What, differences
from migrateops.snapshot.json_form import plain
from migrateops.snapshot.kind import Key, SnapshotKind
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.snapshot import KindVersion, Snapshot
from migrateops.snapshot.words import in_words


class How(StrEnum):
    """What becomes of something, from the first side to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"

    @classmethod
    def of(cls, old: Any, new: Any) -> How:
        """Return what becomes of something that is *old*, then *new*; None where it is not there."""
        if old is None:
            return cls.ADDED
        return cls.REMOVED if new is None else cls.CHANGED


_OPPOSITE = {How.ADDED: How.REMOVED, How.REMOVED: How.ADDED, How.CHANGED: How.CHANGED}


@dataclass(frozen=True, slots=True)
class PartChange:
    """What becomes of something in an object.

    Attributes:
        how: What becomes of it.
        what: The kind of thing: ``column``, ``index`` and so on.
        name: Its name, on the first side if it has another one there; None for one without, and for
            what is of the object itself.
        attribute: What of it changes; None for all of it.
        old: What it is on the first side; None for nothing.
        new: What it is on the second side; None for nothing.
    """

    how: How
    what: str
    name: str | None
    attribute: str | None
    old: str | None
    new: str | None

    def reversed(self) -> PartChange:
        """Return the same, seen from the second side."""
        name = self.new if self.attribute == "name" and self.name is not None else self.name
        return dataclasses.replace(self, how=_OPPOSITE[self.how], name=name, old=self.new, new=self.old)


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What becomes of a schema object.

    Attributes:
        how: What becomes of it.
        kind: The kind of object: ``table``, and what plugins add.
        schema: Its schema; None for the connection's default schema.
        name: Its name.
        old: What it is on the first side, if it is added or removed as a whole; else None.
        new: What it is on the second side, likewise.
        parts: What becomes of the things in it.
    """

    how: How
    kind: str
    schema: str | None
    name: str
    old: str | None = None
    new: str | None = None
    parts: tuple[PartChange, ...] = ()

    def reversed(self) -> ObjectChange:
        """Return the same, seen from the second side."""
        parts = tuple(part.reversed() for part in self.parts)
        renamed = (one.new for one in self.parts if one.what == self.kind and one.attribute == "name")
        name = next(renamed, None) or self.name
        return dataclasses.replace(
            self, how=_OPPOSITE[self.how], name=name, old=self.new, new=self.old, parts=parts
        )


def changes_between(
    old: Snapshot, new: Snapshot, kinds: Iterable[KindVersion], *, exact: bool = True
) -> tuple[list[ObjectChange], list[str]]:
    """Return what becomes of each object, and what differs but does not count, in words.

    Args:
        old: The first side.
        new: The second side.
        kinds: The kinds to compare, which both have.
        exact: Both are of databases; else *new* is of models, and may leave out what the server chooses.
    """
    changes: list[ObjectChange] = []
    notes: list[str] = []
    for name, _ in sorted(kinds):
        before, after = old.of(name), new.of(name)
        for key in sorted({*before, *after}, key=lambda key: key.sorting):
            found = _change(new.kinds[name], key, before.get(key), after.get(key), exact, notes)
            if found is not None:
                changes.append(found)
    return changes, notes


def _change(
    kind: SnapshotKind[Any], key: Key, old: Any, new: Any, exact: bool, notes: list[str]
) -> ObjectChange | None:
    how = How.of(old, new)
    if how is not How.CHANGED:
        return ObjectChange(how, *key, in_words(old), in_words(new))
    if old == new:
        return None
    if isinstance(old, TableRecord):
        found = differences(old, new, exact=exact)
        noted = [one for one in found if one.what == What.ORDER or (not exact and _is_left(one))]
        notes += [f"table {key.name}: {_note(one)}" for one in noted]
        parts = tuple(parts_of([one for one in found if one not in noted]))
    else:
        parts = tuple(_fields(kind, old, new))
    return ObjectChange(how, *key, parts=parts) if parts else None


def _is_left(one: Difference) -> bool:
    """Say whether a database is left as it is where models say otherwise, as no operation changes it."""
    attribute = one.attribute or ""
    return one.what == What.OPTION or attribute == "autoincrement" or attribute.startswith("option ")


def _note(one: Difference) -> str:
    if one.what == What.ORDER:
        return f"columns are in the order {', '.join(one.old)}, and in the order {', '.join(one.new)}"
    what = " ".join(text for text in (one.what, one.name, one.attribute) if text)
    return f"{what} is {in_words(one.old) or 'none'}, and {in_words(one.new) or 'none'}"


def parts_of(found: Sequence[Difference]) -> Iterator[PartChange]:
    """Yield the differences of a table as changes."""
    for one in sorted(found, key=lambda one: list(What).index(one.what)):
        name = None if one.name is None else str(one.name)
        if one.attribute == "name":
            yield PartChange(How.CHANGED, str(one.what), one.old.name, "name", one.old.name, one.new.name)
            continue
        if one.attribute == "nullable":
            nullable: Mapping[bool, str] = {True: "null", False: "not null"}
            yield PartChange(
                How.CHANGED, str(one.what), name, "nullable", nullable[one.old], nullable[one.new]
            )
            continue
        how = How.CHANGED if one.attribute is not None else How.of(one.old, one.new)
        # Nothing is known of what is empty.
        texts = (in_words(value) or None for value in (one.old, one.new))
        yield PartChange(how, str(one.what), name, one.attribute, *texts)


def _fields(kind: SnapshotKind[Any], old: Any, new: Any) -> Iterator[PartChange]:
    """Yield in what two records of a plugin's kind differ, field by field."""
    here, there = plain(old), plain(new)
    for name in here:
        if here[name] != there[name]:
            yield PartChange(How.CHANGED, kind.name, None, name, in_words(here[name]), in_words(there[name]))
