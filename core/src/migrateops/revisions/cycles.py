"""Finding the circles in a graph that has no topological order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrateops import errors

_Edges = Callable[[str], tuple[str, ...]]


def cycles(names: set[str], parents: _Edges, dependencies: _Edges) -> list[errors.revisions.RevisionCycle]:
    """Return one fault per circle among *names*; a knot of several circles counts as one.

    Args:
        names: The revisions that could not be sorted; some of them only follow a circle.
        parents: The edges by ``down_revision``.
        dependencies: The edges by ``depends_on``.
    """

    def both(name: str) -> tuple[str, ...]:
        return parents(name) + dependencies(name)

    faults = []
    for knot in sorted(sorted(knot) for knot in _knots(names, both) if len(knot) > 1):
        inside = set(knot)
        by_parents = any(len(inner) > 1 for inner in _knots(inside, parents))
        faults.append(errors.revisions.RevisionCycle(tuple(knot), by_dependency=not by_parents))
    return faults


def _knots(names: set[str], edges: _Edges) -> Iterator[list[str]]:
    """Yield the strongly connected components (Tarjan, with a stack of our own)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_names: dict[str, None] = {}
    for root in sorted(names):
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _enter(root, index, low, open_names, work, edges)
        while work:
            name, remaining = work[-1]
            for other in remaining:
                if other not in names:
                    continue
                if other not in index:
                    _enter(other, index, low, open_names, work, edges)
                    break
                if other in open_names:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    knot: list[str] = []
                    while not knot or knot[-1] != name:
                        knot.append(open_names.popitem()[0])
                    yield knot


def _enter(
    name: str,
    index: dict[str, int],
    low: dict[str, int],
    open_names: dict[str, None],
    work: list[tuple[str, Iterator[str]]],
    edges: _Edges,
) -> None:
    index[name] = low[name] = len(index)
    open_names[name] = None
    work.append((name, iter(edges(name))))
