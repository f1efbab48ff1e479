"""The order in which Alembic lists a history that has branches: programs read it line by line."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrateops.revisions.graph import RevisionGraph


def newest_first(graph: RevisionGraph, ids: Collection[str]) -> list[str]:
    """Return ids newest first, one branch as far down as nothing above it is left.

    Found out by trying: one place for each branch, in the order of the files.  Where what stands there is
    needed by the branch of another place, that place goes on.  What a merge names further, or a revision
    depends on, gets a place behind all others, unless a revision that it follows depends on the same.  Of
    several dependencies Alembic takes any first, another one in each process; here it is the one named first.

    Args:
        graph: The revisions.
        ids: Those that are listed.
    """
    before = {
        name: [one for one in _before(graph, name) if one in ids] for name in graph.nodes if name in ids
    }
    needed_by = dict.fromkeys(before, 0)
    for name in before:
        for one in before[name]:
            needed_by[one] += 1
    places = [name for name, count in needed_by.items() if not count]
    listed: list[str] = []
    at = 0
    while places:
        name = places[at]
        if needed_by[name]:
            at = next(index for index, other in enumerate(places) if _needs(graph, other, name))
            continue
        listed.append(name)
        for one in before[name]:
            needed_by[one] -= 1
        new = [one for one in before[name] if one not in places]
        if new:
            places[at] = new[0]
            places += new[1:]
        else:
            del places[at]
            at = max(at - 1, 0)
    return listed


def _before(graph: RevisionGraph, name: str) -> tuple[str, ...]:
    needed = graph.dependencies(name)
    if not needed:
        return graph.before(name)
    above = graph.ancestors([name], dependencies=False) - {name}
    known = {other for one in above for other in graph.dependencies(one)}
    return graph.parents(name) + tuple(one for one in needed if one not in known)


def _needs(graph: RevisionGraph, name: str, other: str) -> bool:
    return name != other and other in graph.ancestors([name])
