"""How much a table or a column looks like another under a new name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple, TypeVar

from migrateops.autogenerate.items import columns_of
from migrateops.snapshot.difference import CONSTRAINTS, What
from migrateops.snapshot.records import ColumnRecord, TableRecord

R = TypeVar("R")

LIKELY = 0.45
"""From here on, of 1, two are likely to be one."""

SIMILAR = 0.6
"""From here on, of 1, names are called similar."""


class Likeness(NamedTuple):
    """How alike two are.

    Attributes:
        score: From 0 to 1.
        reason: What is alike, for people.
    """

    score: float
    reason: str


def likely(
    gone: Sequence[R], come: Sequence[R], alike: Callable[[R, R], Likeness | None]
) -> Iterator[tuple[R, R, Likeness]]:
    """Yield what of *gone* may be what of *come*, the most likely first."""
    found = [(one, other, how) for one in gone for other in come if (how := alike(one, other)) is not None]
    found.sort(key=lambda each: -each[2].score)
    yield from (each for each in found if each[2].score >= LIKELY)


# -- columns --------------------------------------------------------------------------------------
def shape(column: ColumnRecord) -> Any:
    """Return what a column is, without its name and without words that may be written in two ways."""
    made = (column.default is None, column.computed is None, column.identity is None)
    return column.type, column.nullable, column.collation, column.autoincrement, made


def alike_columns(
    old: TableRecord, new: TableRecord, gone: Iterable[ColumnRecord], come: Iterable[ColumnRecord]
) -> Callable[[ColumnRecord, ColumnRecord], Likeness | None]:
    """Return what says how alike a column of the one is to a column of the other.

    Args:
        old: The one.
        new: The other.
        gone: The columns of *old* that are asked about.
        come: The columns of *new* that are.
    """
    here, there = _Places(old, new), _Places(new, old)
    listed = Counter(map(shape, gone)), Counter(map(shape, come))

    def alike(one: ColumnRecord, other: ColumnRecord) -> Likeness | None:
        if shape(one) != shape(other):
            return None
        names = _names(one.name, other.name)
        place = here.place(one.name) == there.place(other.name)
        keys = here.keys(one.name) == there.keys(other.name)
        # Of several in a row, the first is the first.
        near = 0.05 / (1 + abs(here.number[one.name] - there.number[other.name]))
        # A database has its columns in the order in which they came, the models in that of their author.
        alone = all(side[shape(one)] == 1 for side in listed)
        score = 0.5 * names + 0.3 * (place or alone) + 0.15 * keys + near
        if place:
            reason = "the same type, in the same place"
        elif names >= SIMILAR:
            reason = "the same type, and a similar name"
        else:
            reason = "no other column of this type goes or comes"
        return Likeness(score, reason)

    return alike


class _Places:
    """Where the columns of a table are."""

    def __init__(self, table: TableRecord, other: TableRecord) -> None:
        self.number = {column.name: number for number, column in enumerate(table.columns)}
        kept = {column.name for column in other.columns}
        self._kept: dict[str, int] = {}
        for column in table.columns:
            self._kept[column.name] = sum(name in kept for name in self._kept)
        self._keys: dict[str, list[Any]] = {}
        key = table.primary_key
        listed = [(What.PRIMARY_KEY, key)] if key is not None else []
        listed += [(what, item) for what, items in CONSTRAINTS for item in items(table)]
        for what, item in listed:
            for number, name in enumerate(columns_of(item)):
                self._keys.setdefault(name, []).append((str(what), number))

    def place(self, name: str) -> int:
        """Return how many columns that stay are before a column."""
        return self._kept[name]

    def keys(self, name: str) -> list[Any]:
        """Return what is on a column: each kind, and which of its columns it is."""
        return sorted(self._keys.get(name, []))


def changed_places(old: TableRecord, new: TableRecord) -> Iterator[tuple[str, str]]:
    """Yield the names of two columns that have become each other, as far as their shapes tell."""
    wanted = {column.name: shape(column) for column in new.columns}
    moved = [
        (column.name, shape(column))
        for column in old.columns
        if column.name in wanted and shape(column) != wanted[column.name]
    ]
    for position, (one, its) in enumerate(moved):
        for other, others in moved[position + 1 :]:
            if wanted[one] == others and wanted[other] == its:
                yield one, other


# -- tables ---------------------------------------------------------------------------------------
def alike_tables(old: TableRecord, new: TableRecord) -> Likeness | None:
    """Return how alike two tables are, by the columns that they share, and by their names."""
    if old.schema != new.schema:
        return None
    share = overlap(old, new)
    if share < LIKELY:
        return None
    here = sum(column.name in {other.name for other in new.columns} for column in old.columns)
    reason = f"{here} of {len(new.columns)} columns are the same"
    return Likeness(0.8 * share + 0.2 * _names(old.name, new.name), reason)


def overlap(old: TableRecord, new: TableRecord, before: Mapping[str, str] | None = None) -> float:
    """Return which part of the columns of two tables is in both, from 0 to 1.

    Args:
        old: The one.
        new: The other.
        before: Names that columns of the other had.
    """
    had = before or {}
    here = {(column.name, column.type) for column in old.columns}
    there = {(had.get(column.name, column.name), column.type) for column in new.columns}
    return len(here & there) / max(len(here | there), 1)


# -- names ----------------------------------------------------------------------------------------
def _names(one: str, other: str) -> float:
    short, long = sorted((one.lower(), other.lower()), key=len)
    part = set(short.split("_")) <= set(long.split("_"))
    return max(SequenceMatcher(None, short, long).ratio(), 0.7 if part else 0.0)


def fits_better(
    old: Mapping[str, R], new: Mapping[str, R], likeness: Callable[[R, R], float]
) -> Callable[[Mapping[str, str]], bool]:
    """Return what says whether names that are to change places have not done so yet.

    They have not if what has them is more like what the models call otherwise.
    """

    def fits(circle: Mapping[str, str]) -> bool:
        moved = sum(likeness(old[had], new[has]) for has, had in circle.items())
        return moved > sum(likeness(old[name], new[name]) for name in circle)

    return fits
