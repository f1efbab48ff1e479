"""Commands that only read the scripts: ``heads``, ``history`` and ``show``.

They execute no script whose header is literal, and need neither a database nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.errors.base import MigrateOpsError
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.revisions.revision import Revision


class RevisionInfo(NamedTuple):
    """One revision and its place among the others.

    Attributes:
        revision: The id.
        down_revisions: Ids that it follows: none for a base, several for a merge.
        depends_on: Ids that it depends on without following them.
        branch_labels: All labels of the branch that it is on, sorted.
        message: The first line of its docstring.
        path: Its file, or None.
        is_head: No revision follows it.
        is_effective_head: It is a head, and no revision depends on it either.
        is_base: It follows none.
        is_branch_point: Several revisions follow it.
        is_merge: It follows several.
    """

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    message: str
    path: str | None
    is_head: bool
    is_effective_head: bool
    is_base: bool
    is_branch_point: bool
    is_merge: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name: an object of the list that ``--json`` prints."""
        return self._asdict()


class Listing(NamedTuple):
    """Revisions in the order in which they are listed.

    Attributes:
        revisions: What was asked for.
        unreadable: An error for each file of which not even the header can be read; the revisions
            of such files are in no listing.
    """

    revisions: tuple[RevisionInfo, ...]
    unreadable: tuple[MigrateOpsError, ...] = ()


def heads(config: Config, *, resolve_dependencies: bool = False) -> Listing:
    """Return the revisions that none follows.

    Args:
        resolve_dependencies: Leave out those that another revision depends on.

    Raises:
        MigrateOpsError: The configuration or the scripts have a fault.
    """
    scripts = ScriptDirectory.from_config(config.settings)
    graph = scripts.graph
    return _listing(scripts, graph.effective_heads if resolve_dependencies else graph.heads)


def history(
    config: Config, rev_range: str | None = None, *, current: Collection[str] | None = None
) -> Listing:
    """Return revisions, the newest first.

    Args:
        rev_range: ``start:end``, both of them included and either of them left out; a negative
            start counts back from the head, a positive end on from the start.
        current: The rows of the version table, for ``current``; None if they are not known.

    Raises:
        RangeNeeded: *rev_range* has no colon.
        RangeNotConnected: The end does not come after the start.
        MigrateOpsError: An end names no revision; or the configuration or the scripts have a fault.
    """
    scripts = ScriptDirectory.from_config(config.settings)
    if rev_range is None:
        return _listing(scripts, (revision.revision for revision in reversed(scripts.graph)))
    from migrateops.errors.history import RangeNeeded
    from migrateops.revisions.expressions import split_range
    from migrateops.revisions.walk import between

    ends = split_range(rev_range)
    if ends is None:
        raise RangeNeeded(rev_range)
    lower, upper = _ends(scripts.graph, *ends, current)
    return _listing(scripts, _ids(between(scripts.graph, lower, upper)))


def show(config: Config, rev: str, *, current: Collection[str] | None = None) -> Listing:
    """Return the revisions that an expression stands for: one, or several for ``heads``.

    Args:
        rev: An id, the start of one, ``head``, ``heads``, ``label@head``, ``-1`` or ``current``.
        current: The rows of the version table, for ``current``; None if they are not known.

    Raises:
        MigrateOpsError: It names no revision; or the configuration or the scripts have a fault.
    """
    from migrateops.errors.revisions import RevisionNotFound
    from migrateops.revisions.expressions import parse, resolve

    scripts = ScriptDirectory.from_config(config.settings)
    found = _ids(resolve(scripts.graph, rev, current))
    if not found and parse(rev).symbol == "base":
        raise RevisionNotFound(rev, None)
    return _listing(scripts, found)


def _listing(scripts: ScriptDirectory, names: Iterable[str]) -> Listing:
    graph = scripts.graph
    return Listing(tuple(_info(graph, graph[name]) for name in names), scripts.faults)


def _info(graph: RevisionGraph, revision: Revision) -> RevisionInfo:
    name = revision.revision
    return RevisionInfo(
        revision=name,
        down_revisions=revision.down_revisions,
        depends_on=graph.dependencies(name),
        branch_labels=tuple(sorted(graph.labels_of(name))),
        message=revision.doc,
        path=revision.path,
        is_head=graph.is_head(name),
        is_effective_head=not graph.after(name),
        is_base=revision.is_base,
        is_branch_point=graph.is_branch_point(name),
        is_merge=revision.is_merge,
    )


def _ends(
    graph: RevisionGraph, start: str, end: str, current: Collection[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids at which a range begins, none of them for the base, and at which it ends."""
    from migrateops.errors.history import RangeNotConnected
    from migrateops.errors.revisions import RelativeTooFar
    from migrateops.revisions.expressions import resolve

    try:
        lower = _ids(resolve(graph, start, current)) if start else ()
    except RelativeTooFar:
        # "The last ten" of five revisions are these five.
        if not start.startswith("-"):
            raise
        lower = ()
    if end.startswith("+"):
        upper = _ids(found for name in lower or ("base",) for found in resolve(graph, f"{name}{end}"))
    else:
        upper = _ids(resolve(graph, end, current)) if end else graph.heads
    reached = graph.ancestors(upper)
    apart = next((name for name in lower if name not in reached), None)
    if apart is not None:
        raise RangeNotConnected(apart, end)
    return lower, upper


def _ids(found: Iterable[Revision | None]) -> tuple[str, ...]:
    return tuple(revision.revision for revision in found if revision is not None)
