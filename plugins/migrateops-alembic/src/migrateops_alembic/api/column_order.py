"""In which order a table that is made anew has its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy.util import topological


class ColumnOrder:
    """The order that Alembic gives to the columns of a new table.

    A column that is added without a place waits for the last one of the old table that is still there then.
    Where that goes later in the batch, it waits for none, and comes among the first.

    Args:
        present: The columns of the old table.
    """

    def __init__(self, present: Iterable[str]) -> None:
        self._names = list(present)  # new ones last
        self._placed = list(self._names)
        self._of_old = list(self._names)
        self._waiting: list[tuple[str, str]] = []
        self._asked: list[tuple[str, str]] = []

    def add(self, name: str, before: str | None = None, after: str | None = None) -> None:
        """Add a column: before or behind another one, or without a place of its own."""
        if name in self._names:
            self._placed.remove(name)
        else:
            self._names.append(name)
        at = len(self._placed)
        if before is not None:
            at = self._placed.index(before)
        elif after is not None:
            at = self._placed.index(after) + 1
        elif self._of_old:
            self._waiting.append((self._of_old[-1], name))
        self._placed.insert(at, name)
        if before is not None:
            self._asked.append((name, before))
        if after is not None:
            self._asked.append((after, name))

    def drop(self, name: str) -> None:
        """Drop a column."""
        self._names.remove(name)
        self._placed.remove(name)
        if name in self._of_old:
            self._of_old.remove(name)

    def names(self, groups: Sequence[Sequence[str]] = ()) -> list[str]:
        """Return the columns in their order; where it is asked for in part, what waits for none is first.

        Args:
            groups: Names in the order that they are to have, of some of them.
        """
        if self._asked and not groups:
            return self._placed
        if groups:
            pairs = {*self._asked, *(pair for group in groups for pair in pairwise(group))}
        else:
            neighbours = zip(self._names, self._of_old[1:], strict=False)
            pairs = {(one, other) for one, other in (*neighbours, *self._waiting) if one != other}
        return list(topological.sort(pairs, self._names, deterministic_order=True))
