"""Where a run starts that only writes SQL: no database says what is applied, so a range ``from:to`` does."""

from __future__ import annotations

from migrateops import errors
from migrateops.revisions.expressions import resolve
from migrateops.revisions.graph import RevisionGraph


def starts_of(graph: RevisionGraph, text: str) -> tuple[str, ...]:
    """Return the version rows that the start of a range stands for; none is the base.

    Args:
        graph: All revisions.
        text: One expression, or several with commas between them.

    Raises:
        RevisionError: One of them stands for nothing, or for what only a database knows.
    """
    found = (one for part in text.split(",") for one in resolve(graph, part))
    return tuple(dict.fromkeys(one.revision for one in found if one is not None))


def check_upwards(graph: RevisionGraph, rows: tuple[str, ...], target: str) -> None:
    """Make sure that *target* comes after one of the rows, or is one of them.

    A range that was given the wrong way round would else be a script that does nothing.

    Raises:
        RangeNotUpwards: It comes after none.
        RevisionError: It stands for nothing.
    """
    targets = tuple(one.revision for one in resolve(graph, target, rows) if one is not None)
    if rows and graph.ancestors(targets).isdisjoint(rows):
        raise errors.offline.RangeNotUpwards(rows, targets)
