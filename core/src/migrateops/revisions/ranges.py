"""Which revisions a range stands for: ``start:end``, as ``history`` lists it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from migrateops import errors
from migrateops.revisions.expressions import Expression, parse, resolve, split_range
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision


def in_range(graph: RevisionGraph, text: str, current: Collection[str] | None = None) -> Iterator[Revision]:
    """Yield the revisions of a range, both ends included, newest first.

    Either end may be left out: the start is then the base, the end all heads.  A start ``-N``
    counts back from the end, and lists it with all that is at most *N* steps before it; an end
    ``-N`` counts back from the head, ``+N`` on from the start.

    Args:
        graph: All revisions.
        text: The range.
        current: The rows of the version table, for ``current``; None if they are not known.

    Raises:
        RangeNeeded: There is no colon.
        RangeNotConnected: The end does not come after the start.
        RevisionError: An end stands for nothing.
    """
    ends = split_range(text)
    if ends is None:
        raise errors.history.RangeNeeded(text)
    start, end = ends
    counted = parse(start) if start.startswith("-") or "@-" in start else None
    if counted is not None:
        if end.startswith("+"):
            raise errors.revisions.MalformedExpression(text)
        return _last(graph, counted, end, current)
    lower = _ids(resolve(graph, start, current)) if start else ()
    if end.startswith("+"):
        upper = _ids(found for name in lower or ("base",) for found in resolve(graph, f"{name}{end}"))
    else:
        upper = _end(graph, end, current)
    return between(graph, lower, upper)


def between(
    graph: RevisionGraph,
    lower: Iterable[str],
    upper: Iterable[str],
    *,
    inclusive: bool = True,
) -> Iterator[Revision]:
    """Yield the revisions from *upper* back to *lower*, newest first.

    Args:
        graph: All revisions.
        lower: Where to stop; none of them is the base.
        upper: Where to begin.
        inclusive: Whether *lower* itself is part.

    Raises:
        RangeNotConnected: None of *upper* comes after one of *lower*.
    """
    lower, upper = tuple(lower), tuple(upper)
    found = graph.ancestors(upper)
    apart = tuple(name for name in lower if name not in found)
    if apart:
        raise errors.history.RangeNotConnected(", ".join(apart), ", ".join(upper) or "base")
    if lower:
        found &= graph.descendants(lower)
        if not inclusive:
            found.difference_update(lower)
    return _newest_first(graph, found)


def _end(graph: RevisionGraph, end: str, current: Collection[str] | None) -> tuple[str, ...]:
    if not end:
        return graph.heads
    # Without a symbol it counts back from the head, also where the database's revision is known.
    return _ids(resolve(graph, end, None if parse(end).symbol is None else current))


def _last(
    graph: RevisionGraph, counted: Expression, end: str, current: Collection[str] | None
) -> Iterator[Revision]:
    branch = counted.branch
    ends = _end(graph, end or (f"{branch}@heads" if branch else ""), current)
    inside = graph.nodes.keys() if branch is None else graph.lineage(graph.get(branch).revision)
    found = newest = inside & set(ends)
    for _ in range(-counted.offset):
        before = (name for later in newest for name in graph.parents(later))
        newest = {name for name in before if name in inside and name not in found}
        if not newest:
            break
        found |= newest
    return _newest_first(graph, found)


def _newest_first(graph: RevisionGraph, names: Iterable[str]) -> Iterator[Revision]:
    return map(graph.__getitem__, reversed(graph.sorted(names)))


def _ids(found: Iterable[Revision | None]) -> tuple[str, ...]:
    return tuple(revision.revision for revision in found if revision is not None)
