"""Commands that only read the scripts: ``heads``, ``history`` and ``show``.

They execute no script whose header is literal, and need neither a database nor SQLAlchemy.
"""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from migrateops.errors.base import MigrateOpsError
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
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


def heads(config: "Config", *, resolve_dependencies: bool = False, strict: bool = False) -> Listing:
    """Return the revisions that none follows.

    Args:
        resolve_dependencies: Leave out those that another revision depends on.
        strict: Raise for a script that cannot be read, which may be a head too.

    Raises:
        MigrateOpsError: The configuration or the scripts have a fault.
    """
    scripts = ScriptDirectory.from_config(config)
    if strict:
        from migrateops.commands.scripts import refuse_unreadable

        refuse_unreadable(scripts)
    graph = scripts.graph
    return _listing(scripts, graph.effective_heads if resolve_dependencies else graph.heads)


def history(
    config: "Config", rev_range: str | None = None, *, current: Collection[str] | None = None
) -> Listing:
    """Return revisions, the newest first.

    Scripts that do not fit together are left out, unless the range counts from a head.

    Args:
        rev_range: ``start:end``, both of them included and either of them left out; a start
            ``-3`` is the third one before the end, an end ``+3`` the third one after the start.
        current: The rows of the version table, for ``current``; the database is asked when omitted.

    Raises:
        RangeNeeded: *rev_range* has no colon.
        RangeNotConnected: The end does not come after the start.
        MigrateOpsError: An end names no revision; or the configuration or the scripts have a fault.
    """
    scripts = ScriptDirectory.from_config(config)
    if rev_range is None:
        scripts.leave_out_broken()
        return _listing(scripts, reversed(scripts.graph.ids()))
    from migrateops.errors.revisions import RevisionNotFound
    from migrateops.revisions.expressions import names_current, names_head
    from migrateops.revisions.ranges import in_range

    if not names_head(rev_range, counts_from_head=True):
        scripts.leave_out_broken()
    if current is None and names_current(rev_range):
        current = _rows(config)
    try:
        found = _ids(in_range(scripts.graph, rev_range, current))
    except RevisionNotFound:
        scripts.check_graph()
        raise
    return _listing(scripts, found)


def show(config: "Config", rev: str, *, current: Collection[str] | None = None) -> Listing:
    """Return the revisions that an expression stands for: one, or several for ``heads``.

    Scripts that do not fit together are left out, unless it counts from a head.

    Args:
        rev: An id, the start of one, ``head``, ``heads``, ``label@head``, ``-1`` or ``current``.
        current: The rows of the version table, for ``current``; the database is asked when omitted.

    Raises:
        NothingToShow: It is the base.
        MigrateOpsError: It names no revision; or the configuration or the scripts have a fault.
    """
    from migrateops.errors.history import NothingToShow
    from migrateops.errors.revisions import RevisionNotFound
    from migrateops.revisions.expressions import names_current, names_head, parse, resolve

    scripts = ScriptDirectory.from_config(config)
    if not names_head(rev, counts_from_head=True):
        scripts.leave_out_broken()
    if current is None and names_current(rev):
        current = _rows(config)
    try:
        found = _ids(resolve(scripts.graph, rev, current))
    except RevisionNotFound as missing:
        scripts.check_graph()
        from migrateops.script.whereabouts import explained

        raise explained(missing, scripts.version_locations) from None
    if not found and parse(rev).symbol == "base":
        raise NothingToShow(rev)
    return _listing(scripts, found)


def _rows(config: "Config") -> tuple[str, ...]:
    """Return the rows of the version table, all of which the scripts must have."""
    from migrateops.commands.current import current

    return tuple(row.revision for row in current(config, only_known=True))


def _listing(scripts: ScriptDirectory, names: Iterable[str]) -> Listing:
    graph = scripts.graph
    return Listing(tuple(info_of(graph, graph[name]) for name in names), scripts.faults)


def info_of(graph: "RevisionGraph", revision: "Revision") -> RevisionInfo:
    """Return what is told of a revision."""
    name = revision.revision
    is_head = graph.is_head(name)
    labels = graph.labels_of(name)
    # By position and in their order, as `history` makes thousands.
    return RevisionInfo(
        name,
        revision.down_revisions,
        graph.dependencies(name),
        tuple(sorted(labels)) if labels else (),
        revision.doc,
        revision.path,
        is_head,
        is_head and not graph.dependents(name),
        revision.is_base,
        graph.is_branch_point(name),
        revision.is_merge,
    )


def _ids(found: "Iterable[Revision | None]") -> tuple[str, ...]:
    return tuple(revision.revision for revision in found if revision is not None)
