"""Histories to be drawn, small and random, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from migrateops.commands.read import info_of
from migrateops.drawing.picture import Picture, picture_of
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision

EdgeFact = tuple[str, str, bool]
"""The newer revision, the older one, and whether it only depends on it."""


def rev(
    name: str,
    *down: str,
    needs: Sequence[str] = (),
    labels: Sequence[str] = (),
    doc: str = "",
    path: str | None = None,
) -> Revision:
    follows = down if len(down) > 1 else down[0] if down else None
    return Revision(name, follows, tuple(labels), tuple(needs), doc=doc, path=path)


def drawn(*revisions: Revision, **more: set[str]) -> Picture:
    """Return the picture of revisions that are given oldest first."""
    graph = RevisionGraph(revisions)
    return picture_of([info_of(graph, graph[one.revision]) for one in reversed(revisions)], **more)


def edges_of(revisions: Sequence[Revision]) -> list[EdgeFact]:
    """Return what has to be drawn, once each."""
    graph = RevisionGraph(revisions)
    follows = [(one.revision, name, False) for one in revisions for name in graph.parents(one.revision)]
    needs = [(one.revision, name, True) for one in revisions for name in graph.dependencies(one.revision)]
    return sorted(follows + needs)


@st.composite
def histories(draw: st.DrawFn, largest: int = 60) -> list[Revision]:
    """Draw revisions, oldest first: several bases and heads, merges of up to four, dependencies."""
    revisions: list[Revision] = []
    for number in range(draw(st.integers(1, largest))):
        older = st.lists(st.integers(1, number), max_size=4, unique=True) if number else st.just([])
        # The nearer ones are the likelier, as in life.
        near = st.integers(1, min(number, 3)).map(lambda back: [back]) if number else st.just([])
        follows = [f"r{number - back}" for back in draw(near | near | older)]
        needs = [f"r{number - back}" for back in draw(st.just([]) | st.just([]) | older)]
        revisions.append(rev(f"r{number}", *follows, needs=needs, doc=f"number {number}"))
    return revisions
