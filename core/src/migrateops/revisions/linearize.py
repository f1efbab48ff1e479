"""What has to change so that one branch stands behind another, and the two have one head."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from migrateops import errors
from migrateops.revisions.graph import RevisionGraph


class Reparented(NamedTuple):
    """A revision that is to follow others than now.

    Attributes:
        revision: Its id.
        old: What it follows now.
        new: What it is to follow.
    """

    revision: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class Linearization(NamedTuple):
    """How a branch is put behind a head.

    Attributes:
        head: Of the branch that moves.
        onto: What it is put behind.
        moved: The revisions of the branch, oldest first.
        changes: Those of them that are to follow others than now; usually the oldest alone.
    """

    head: str
    onto: str
    moved: tuple[str, ...]
    changes: tuple[Reparented, ...]

    @property
    def branch_points(self) -> tuple[str, ...]:
        """What the branch stands behind now, each once; nothing if it begins at a base."""
        moved = set(self.moved)
        return tuple(dict.fromkeys(name for one in self.changes for name in one.old if name not in moved))


def head_behind(graph: RevisionGraph, revision: str) -> str:
    """Return the head of the branch that a revision is on.

    Raises:
        MultipleHeads: The branch has several from there.
    """
    later = graph.descendants([revision], dependencies=False)
    heads = [name for name in graph.heads if name in later]
    if len(heads) > 1:
        raise errors.revisions.MultipleHeads(tuple(heads), revision)
    return heads[0]


def branch_of(graph: RevisionGraph, head: str, others: Collection[str]) -> tuple[str, ...]:
    """Return the revisions that lead to *head* and to none of *others*, oldest first."""
    own = graph.ancestors([head], dependencies=False)
    return tuple(graph.sorted(own - graph.ancestors(others, dependencies=False)))


def linearize(graph: RevisionGraph, head: str, onto: str) -> Linearization:
    """Return how the branch of *head* is put behind *onto*.

    The branch is what leads to *head* and not to *onto*.  Within it nothing changes; what follows
    a revision before *onto*, or none, is to follow *onto*.  A parent that goes without saying
    afterwards is left out.

    Args:
        graph: All revisions.
        head: Of the branch that moves.
        onto: The other head.

    Raises:
        OntoItself: Both are the same.
        BranchShared: A third branch leaves from the middle of it.
        RebaseCircle: *onto* needs a revision of the branch, by ``depends_on``.
    """
    if head == onto:
        raise errors.teams.OntoItself(head)
    moved = branch_of(graph, head, [onto])
    _refuse_circle(graph, set(moved), onto)
    _refuse_third_branch(graph, moved, head)
    changes = (_reparented(graph, name, set(moved), onto) for name in moved)
    return Linearization(head, onto, moved, tuple(one for one in changes if one.old != one.new))


def _reparented(graph: RevisionGraph, name: str, moved: set[str], onto: str) -> Reparented:
    old = graph[name].down_revisions
    # All other parents are before `onto`, and so before whatever stands behind it.
    inside = tuple(parent for parent in old if parent in moved)
    return Reparented(name, old, inside or (onto,))


def _refuse_third_branch(graph: RevisionGraph, moved: tuple[str, ...], head: str) -> None:
    inside = set(moved)
    for name in moved:
        others = tuple(child for child in graph.children(name) if child not in inside)
        if others:
            later = graph.descendants(others, dependencies=False)
            other_head = next(one for one in graph.heads if one in later)
            raise errors.teams.BranchShared(name, others, head, other_head)


def _refuse_circle(graph: RevisionGraph, moved: set[str], onto: str) -> None:
    """Look for a way from *onto* back to what moves, and raise it."""
    needed_by: dict[str, str | None] = {onto: None}
    stack = [onto]
    while stack:
        name = stack.pop()
        for before in graph.before(name):
            if before in needed_by:
                continue
            needed_by[before] = name
            if before in moved:
                raise errors.teams.RebaseCircle(_way(needed_by, before))
            stack.append(before)


def _way(needed_by: dict[str, str | None], end: str) -> tuple[str, ...]:
    way = [end]
    while (following := needed_by[way[-1]]) is not None:
        way.append(following)
    return tuple(reversed(way))
