"""What differs between two records of a table, as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexRecord,
    KeyRecord,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops.snapshot.texts import UNKNOWN

Item = TypeVar("Item", KeyRecord, ForeignKeyRecord, CheckRecord, IndexRecord, OtherConstraintRecord)


class What(StrEnum):
    """The kinds of things in which tables differ."""

    COLUMN = "column"
    PRIMARY_KEY = "primary key"
    UNIQUE = "unique constraint"
    FOREIGN_KEY = "foreign key"
    CHECK = "check constraint"
    INDEX = "index"
    OTHER = "other constraint"
    COMMENT = "comment"
    OPTION = "option"
    ORDER = "order of columns"


CONSTRAINTS: tuple[tuple[What, Callable[[TableRecord], Sequence[Any]]], ...] = (
    (What.UNIQUE, lambda table: table.unique),
    (What.FOREIGN_KEY, lambda table: table.foreign_keys),
    (What.CHECK, lambda table: table.checks),
    (What.INDEX, lambda table: table.indexes),
    (What.OTHER, lambda table: table.others),
)

_ATTRIBUTES = ("type", "nullable", "default", "computed", "identity", "collation", "comment", "autoincrement")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two records of a table differ.

    Attributes:
        what: The kind of thing; COMMENT, OPTION and ORDER are of the table itself.
        name: Its name; None for one without.
        attribute: What of it differs; None for all of it.
        old: What there is: the record, or the attribute's value; None for none.
        new: What is wanted, in the same way.
    """

    what: What
    name: str | None
    attribute: str | None
    old: Any
    new: Any


def differences(old: TableRecord, new: TableRecord, *, exact: bool = False) -> list[Difference]:
    """Return what has to be done to make *old* like *new*, in no particular order.

    A name that one side does not say differs from none, and so does an option of the table that
    *new* does not say, and a type that is not known.

    Args:
        old: What there is.
        new: What is wanted.
        exact: Both are of databases, so that what one of them does not say, it does not have.
    """
    if old == new:
        return []
    found = list(_columns(old, new, exact))
    found += _primary_key(old.primary_key, new.primary_key)
    for what, items in CONSTRAINTS:
        found += _items(what, items(old), items(new), exact, _names_of_indexes(new, what))
    if old.comment != new.comment:
        found.append(Difference(What.COMMENT, None, None, old.comment, new.comment))
    had, has = dict(old.options), dict(new.options)
    if exact and old.part_of != new.part_of:
        found.append(Difference(What.OPTION, "part of", None, old.part_of, new.part_of))
    found += [
        Difference(What.OPTION, name, None, had.get(name), has.get(name))
        for name in (sorted({*had, *has}) if exact else has)
        if had.get(name) != has.get(name)
    ]
    return found


# -- columns --------------------------------------------------------------------------------------
def _columns(old: TableRecord, new: TableRecord, exact: bool) -> Iterator[Difference]:
    if old.columns == new.columns:
        return
    had = {column.name: column for column in old.columns}
    has = {column.name: column for column in new.columns}
    for name, column in has.items():
        before = had.get(name)
        if before is None:
            if exact or not column.inherited:
                yield Difference(What.COLUMN, name, None, None, column)
        elif before != column and (exact or not before.inherited):
            yield from _column(before, column, exact)
    for name, column in had.items():
        if name not in has and (exact or not column.inherited):
            yield Difference(What.COLUMN, name, None, column, None)
    kept = tuple(name for name in had if name in has)
    wanted = tuple(name for name in has if name in had)
    if kept != wanted:
        yield Difference(What.ORDER, None, None, kept, wanted)


def _column(old: ColumnRecord, new: ColumnRecord, exact: bool) -> Iterator[Difference]:
    for attribute in _ATTRIBUTES:
        was, is_ = getattr(old, attribute), getattr(new, attribute)
        if was == is_ or (not exact and _may_be_same(attribute, was, is_)):
            continue
        yield Difference(What.COLUMN, new.name, attribute, was, is_)
    had, has = dict(old.options), dict(new.options)
    for name in sorted({*had, *has}):
        if had.get(name) != has.get(name):
            yield Difference(What.COLUMN, new.name, f"option {name}", had.get(name), has.get(name))


def _may_be_same(attribute: str, old: Any, new: Any) -> bool:
    """Say whether two values differ only by what one side does not say."""
    if attribute == "type":
        return UNKNOWN in (old, new)
    return attribute == "computed" and _same_computed(old, new)


def _same_computed(old: ComputedRecord | None, new: ComputedRecord | None) -> bool:
    if old is None or new is None or None not in (old.persisted, new.persisted):
        return False
    return old.expression == new.expression


# -- constraints and indexes ----------------------------------------------------------------------
def _primary_key(old: KeyRecord | None, new: KeyRecord | None) -> Iterator[Difference]:
    # Its name is the server's own affair.
    if old is not None and new is not None and _content(old) == _content(new):
        return
    if old is not new:
        name = (old or new).name  # type: ignore[union-attr]  # one of them is there
        yield Difference(What.PRIMARY_KEY, name, None, old, new)


def _names_of_indexes(record: TableRecord, what: What) -> frozenset[str | None]:
    """Return the names that an index will have, where it may be called as a unique constraint was."""
    return frozenset([index.name for index in record.indexes]) if what == What.UNIQUE else frozenset()


def _items(
    what: What, old: Sequence[Item], new: Sequence[Item], exact: bool, taken: frozenset[str | None]
) -> Iterator[Difference]:
    if old == new:
        return
    left = list(old)
    named = {item.name: item for item in old if item.name is not None}
    unmatched: list[Item] = []
    for item in new:
        before = named.get(item.name) if item.name is not None else None
        # Of names that the server chooses, cut off, it is the order alone that tells which is whose.
        if before is None or (isinstance(item.name, Unsaid) and _content(before) != _content(item)):
            unmatched.append(item)
            continue
        left.remove(before)
        yield from _matched(what, before, item)
    by_content: dict[Any, list[Item]] = {}
    for item in left:
        by_content.setdefault(_content(item), []).append(item)
    unlike: list[Item] = []
    # Those without a name take what is left over by those that have another.
    for item in sorted(unmatched, key=lambda item: item.name is None):
        alike = by_content.get(_content(item), [])
        free = next((one for one in alike if one.name not in taken), alike[0] if alike else None)
        before = next((one for one in alike if one.name is None), free)
        if before is None:
            unlike.append(item)
            continue
        alike.remove(before)
        left.remove(before)
        if before.name != item.name and (exact or (_is_named(before) and _is_named(item))):
            yield Difference(what, item.name, "name", before, item)
        else:
            yield from _matched(what, before, item)
    for item in unlike:
        before = named.get(item.name) if item.name is not None else None
        if before is not None and before in left:
            left.remove(before)
            yield from _matched(what, before, item)
        else:
            yield Difference(what, item.name, None, None, item)
    for item in left:
        yield Difference(what, item.name, None, item, None)


def _is_named(item: Item) -> bool:
    return item.name is not None and not isinstance(item.name, Unsaid)


def _matched(what: What, old: Item, new: Item) -> Iterator[Difference]:
    """Yield in what two that stand for each other differ."""
    if _content(old) != _content(new):
        yield Difference(what, new.name, None, old, new)
    elif old.comment != new.comment:
        yield Difference(what, new.name, "comment", old.comment, new.comment)


def _content(item: Any) -> Any:
    """Return all that a constraint or an index says, without its name and comment."""
    return dataclasses.replace(item, name=None, comment=None)
