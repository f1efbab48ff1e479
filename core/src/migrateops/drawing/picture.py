"""The history ready to be drawn: what is told of each revision, and where it goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from migrateops.drawing.lanes import Edge, Layout, Place, Row, arrange

if TYPE_CHECKING:
    from migrateops.commands.read import RevisionInfo


ALIGNED = 8
"""Up to so many lanes, the words of all revisions begin at the same place; else beside their own lanes."""


class Node(NamedTuple):
    """One revision of the picture.

    Attributes:
        info: What is told of it.
        row: Its place, counted from the top.
        lane: Its place, counted from the left.
        labels: The labels of its branch that nothing drawn above it has, too: once for each branch.
        outside: Ids that it follows or needs and that are not part of the picture.
        is_current: Whether the database is at it; None if that was not asked for.
        is_applied: Whether the database has it; None if that was not asked for.
    """

    info: RevisionInfo
    row: int
    lane: int
    labels: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    is_current: bool | None = None
    is_applied: bool | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What it is among the others, in the words of ``history``."""
        info = self.info
        marks = {
            "current": self.is_current,
            "head": info.is_head,
            "branchpoint": info.is_branch_point,
            "mergepoint": info.is_merge,
        }
        return tuple(mark for mark, is_so in marks.items() if is_so)


class Picture(NamedTuple):
    """Revisions, newest first, and the lines between them.

    Attributes:
        nodes: The revisions, by row.
        layout: Where the lines go.
    """

    nodes: tuple[Node, ...]
    layout: Layout

    def pairs(self) -> Iterator[tuple[Node, Row]]:
        """Yield each revision with what happens at it."""
        return zip(self.nodes, self.layout.rows, strict=True)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints."""
        return {
            "nodes": [_node(node) for node in self.nodes],
            "edges": [_edge(edge) for edge in self.layout.edges],
            "lanes": self.layout.width,
        }


def picture_of(
    infos: Sequence[RevisionInfo],
    current: Collection[str] | None = None,
    applied: Collection[str] | None = None,
) -> Picture:
    """Return the picture of some revisions.

    Args:
        infos: They, newest first.
        current: The rows of the version table; None if it was not asked for.
        applied: The ids of all revisions that the database has, in the same way.
    """
    drawn = {info.revision for info in infos}
    layout = arrange([_place(info) for info in infos])
    labels = _labels(infos)
    nodes = tuple(
        Node(
            info,
            number,
            row.lane,
            labels[info.revision],
            tuple(name for name in _before(info) if name not in drawn),
            None if current is None else info.revision in current,
            None if applied is None else info.revision in applied,
        )
        for number, (info, row) in enumerate(zip(infos, layout.rows, strict=True))
    )
    return Picture(nodes, layout)


def applied(infos: Iterable[RevisionInfo], current: Collection[str]) -> set[str]:
    """Return the ids of what a database has.

    Args:
        infos: All revisions, newest first.
        current: The rows of its version table.
    """
    found = set(current)
    for info in infos:
        if info.revision in found:
            found.update(_before(info))
    return found


def _labels(infos: Iterable[RevisionInfo]) -> dict[str, tuple[str, ...]]:
    above: dict[str, set[str]] = {}
    found = {}
    for info in infos:
        known = above.get(info.revision, ())
        found[info.revision] = tuple(label for label in info.branch_labels if label not in known)
        for name in info.down_revisions if info.branch_labels else ():
            above.setdefault(name, set()).update(info.branch_labels)
    return found


def _before(info: RevisionInfo) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*info.down_revisions, *info.depends_on)))


def _place(info: RevisionInfo) -> Place:
    return Place(info.revision, tuple(dict.fromkeys(info.down_revisions)), info.depends_on)


def _node(node: Node) -> dict[str, Any]:
    found = {**node.info.as_dict(), "row": node.row, "lane": node.lane}
    if node.is_current is not None:
        found |= {"is_current": node.is_current, "is_applied": node.is_applied}
    return found


def _edge(edge: Edge) -> dict[str, Any]:
    kind = "depends_on" if edge.is_dependency else "follows"
    return {"from": edge.source, "to": edge.target, "kind": kind, "lane": edge.lane}
