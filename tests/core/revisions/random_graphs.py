"""Random revisions, and what is true of them, computed from the definitions with no thought of speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from hypothesis import strategies as st

from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from migrateops.revisions.walk import Step

Neighbours = Callable[[str], Iterable[str]]


@st.composite
def revision_lists(draw: st.DrawFn, largest: int = 60) -> list[Revision]:
    """Draw revisions with branches, merges, labels, dependencies and several bases, the oldest first.

    Only the size and the shape are drawn, so that large ones can be and failures shrink to small
    ones; the rest follows from a seed.
    """
    random = Random(draw(st.integers(0, 2**32)))
    size = draw(st.integers(1, largest))
    branching, merging, needing = (draw(st.sampled_from([0.0, 0.05, 0.3])) for _ in range(3))
    found: list[Revision] = []
    heads: list[str] = []
    for number in range(size):
        name = f"{random.randrange(16**6):06x}{number:04}"
        down: tuple[str, ...] = ()
        if heads and random.random() >= 0.03:
            down = (random.choice(heads),)
            if random.random() < branching:
                down = (random.choice(found).revision,)
            elif random.random() < merging:
                down = tuple(random.sample(heads, min(len(heads), random.randint(2, 3))))
        needs = (
            tuple({random.choice(found).revision for _ in range(2)})
            if random.random() < needing and found
            else ()
        )
        labels = (f"label{number}",) if random.random() < 0.1 else ()
        heads = [head for head in heads if head not in down] + [name]
        found.append(Revision(name, _written(down), labels, needs, path=f"{name}.py"))
    return found


def graphs(largest: int = 60) -> st.SearchStrategy[RevisionGraph]:
    """Draw a graph of revisions that came in any order."""
    return revision_lists(largest).flatmap(
        lambda found: st.integers(0, 2**32).map(
            lambda seed: RevisionGraph(Random(seed).sample(found, len(found)))
        )
    )


def _written(down: Sequence[str]) -> str | tuple[str, ...] | None:
    return tuple(down) if len(down) > 1 else down[0] if down else None


def needed(graph: RevisionGraph) -> Neighbours:
    """Return the function from a revision to all that its header names."""
    return lambda name: (*graph[name].down_revisions, *graph[name].depends_on)


def parents(graph: RevisionGraph) -> Neighbours:
    """Return the function from a revision to what it follows."""
    return lambda name: graph[name].down_revisions


def closure(names: Iterable[str], neighbours: Neighbours) -> set[str]:
    """Return *names* and all that can be reached from them."""
    found: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += neighbours(name)
    return found


def effective_heads(graph: RevisionGraph, applied: set[str]) -> set[str]:
    """Return the version rows of a database that has *applied*."""
    return applied - {before for name in applied for before in needed(graph)(name)}


def rows_after(rows: Iterable[str], steps: Iterable[Step]) -> set[str]:
    """Return the rows after the written changes; each must fit the rows that are there."""
    now = set(rows)
    for step in steps:
        before = frozenset(now)
        if step.update is not None:
            assert step.update[0] in now
            assert step.update[1] not in now
            now.remove(step.update[0])
            now.add(step.update[1])
        assert now.issuperset(step.delete)
        assert now.isdisjoint(step.insert)
        now.difference_update(step.delete)
        now.update(step.insert)
        assert set(step.applied_to(before)) == now
    return now


def lineage(graph: RevisionGraph, name: str) -> set[str]:
    """Return what the revision follows, and what follows it."""
    above = {other for other in graph.nodes if name in closure([other], parents(graph))}
    return above | closure([name], parents(graph))


def labels(graph: RevisionGraph, name: str) -> set[str]:
    """Return the labels of a revision."""
    return {label for label, owner in graph.labels.items() if name in _labelled(graph, owner)}


def _labelled(graph: RevisionGraph, owner: str) -> set[str]:
    found = {other for other in graph.nodes if owner in closure([other], parents(graph))}
    while True:
        after = {other for other in graph.nodes if owner in needed(graph)(other)}
        before = parents(graph)(owner)
        if len(after) > 1 or len(set(before)) > 1:
            return found
        found.add(owner)
        if not before:
            return found
        (owner,) = before
