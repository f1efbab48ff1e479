"""``branches``: where the history divides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from migrateops.commands.read import RevisionInfo, info_of
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.errors.base import MigrateOpsError


class BranchPoint(NamedTuple):
    """A revision that several follow.

    Attributes:
        revision: The revision.
        followed_by: The revisions that follow it.
    """

    revision: RevisionInfo
    followed_by: tuple[RevisionInfo, ...]


class BranchPoints(NamedTuple):
    """All branch points, the newest first.

    Attributes:
        points: The branch points.
        unreadable: An error for each file of which not even the header can be read.
    """

    points: tuple[BranchPoint, ...]
    unreadable: tuple[MigrateOpsError, ...] = ()


def branches(config: Config) -> BranchPoints:
    """Return the revisions that several others follow, and these; reads the scripts alone.

    Raises:
        MigrateOpsError: The configuration or the scripts have a fault.
    """
    scripts = ScriptDirectory.from_config(config)
    graph = scripts.graph
    points = [
        BranchPoint(
            info_of(graph, revision),
            tuple(info_of(graph, graph[name]) for name in sorted(graph.children(revision.revision))),
        )
        for revision in reversed(graph)
        if graph.is_branch_point(revision.revision)
    ]
    return BranchPoints(tuple(points), scripts.faults)
