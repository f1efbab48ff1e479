"""The part of broken revisions that still forms a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from migrateops import errors
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.names import Names
from migrateops.revisions.revision import Revision


class SoundPart(NamedTuple):
    """Revisions that no fault touches, and what keeps the others out.

    A revision is left out if a fault is about it, or about anything that it needs.  So all that
    a revision of the graph needs is in the graph too; what follows it may be missing, and it is
    not taken for a head then.

    Attributes:
        graph: The rest.
        faults: What is wrong; none if all revisions are in the graph.
    """

    graph: RevisionGraph
    faults: tuple[errors.revisions.GraphFault, ...] = ()


def sound_part(revisions: Iterable[Revision]) -> SoundPart:
    """Return the graph of the revisions that no fault touches."""
    given = list(revisions)
    try:
        return SoundPart(RevisionGraph(given))
    except errors.revisions.BrokenGraph as broken:
        faults = tuple(fault for fault in broken.faults if isinstance(fault, errors.revisions.GraphFault))
    out = _with_followers(given, {name for fault in faults for name in fault.about()})
    left_out = (revision for revision in given if revision.revision in out)
    continued = {down for revision in left_out for down in revision.down_revisions}
    rest = [revision for revision in given if revision.revision not in out]
    return SoundPart(RevisionGraph(rest, continued=continued), faults)


def _with_followers(revisions: Sequence[Revision], names: set[str]) -> set[str]:
    """Return the names, and the ids of all that need one of them."""
    known = Names.of(revisions)
    after: dict[str, list[str]] = {}
    for revision in revisions:
        needed = (match for given in revision.depends_on for match in known.matches(given))
        for before in (*revision.down_revisions, *needed):
            after.setdefault(before, []).append(revision.revision)
    found = set(names)
    stack = list(found)
    while stack:
        fresh = [name for name in after.get(stack.pop(), ()) if name not in found]
        found.update(fresh)
        stack += fresh
    return found
