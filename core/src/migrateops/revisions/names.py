"""What a text may stand for among ids and branch labels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import islice

from migrateops.errors.base import closest
from migrateops.revisions.revision import Revision

# Ids of three characters or fewer are only found by the whole id.
_SHORTEST_ABBREVIATED = 4
# How many names are compared with a misspelt one: those of a long history would take seconds.
_COMPARED = 500


class Names:
    """Ids and labels, found by the whole text or, an id, by its start; finding takes no longer among many.

    Args:
        ids: All ids.
        labels: From branch label to the id of the revision that it is written on.
    """

    def __init__(self, ids: Collection[str], labels: Mapping[str, str]) -> None:
        self._ids = ids
        self._labels = labels

    @classmethod
    def of(cls, revisions: Iterable[Revision]) -> Names:
        """Return the names that headers give, whether or not they fit together."""
        given = {revision.revision: revision.branch_labels for revision in revisions}
        return cls(given.keys(), {label: name for name, labels in given.items() for label in labels})

    def matches(self, given: str) -> list[str]:
        """Return the ids that a text may stand for: a whole id or a label wins over the starts of ids."""
        if given in self._ids:
            return [given]
        if given in self._labels:
            return [self._labels[given]]
        return self._starting_with(given) if given else []

    def closest(self, given: str) -> str | None:
        """Return the name that a text was most likely meant to be, or None."""
        # In the first character a slip is rare.
        near = self._starting_with(given[:1])
        return closest(given, [*islice(self._labels, _COMPARED), *near[:_COMPARED]])

    def _starting_with(self, start: str) -> list[str]:
        names = self._sorted
        first = bisect_left(names, start)
        end = bisect_left(names, True, first, key=lambda name: not name.startswith(start))
        return names[first:end]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(name for name in self._ids if len(name) >= _SHORTEST_ABBREVIATED)
