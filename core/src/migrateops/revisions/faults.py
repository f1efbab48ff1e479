"""Everything that is wrong with revisions that do not form a graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.revisions.cycles import cycles
from migrateops.revisions.revision import Revision, is_legal_name

if TYPE_CHECKING:
    from migrateops.revisions.graph import RevisionGraph


def faults_of(graph: RevisionGraph, revisions: Sequence[Revision]) -> tuple[errors.revisions.GraphFault, ...]:
    """Return all faults at once, so that they can be mended at once.

    Args:
        graph: As far as it came: ids, labels and edges, also to revisions that do not exist.
        revisions: All that were given, also those with the same id.
    """
    return (
        *_names(revisions),
        *_labels(graph, revisions),
        *_edges(graph, revisions),
        *cycles(set(graph.nodes), graph.parents, graph.dependencies),
    )


def _names(revisions: Iterable[Revision]) -> Iterator[errors.revisions.GraphFault]:
    by_id: dict[str, list[Revision]] = {}
    for revision in revisions:
        by_id.setdefault(revision.revision, []).append(revision)
    for name, same in by_id.items():
        if len(same) > 1:
            paths = tuple(revision.path for revision in same if revision.path is not None)
            yield errors.revisions.DuplicateRevision(name, paths)
        for revision in same:
            for text in (name, *revision.branch_labels):
                if not is_legal_name(text):
                    yield errors.revisions.IllegalName(text, revision.path, name)


def _labels(graph: RevisionGraph, revisions: Iterable[Revision]) -> Iterator[errors.revisions.GraphFault]:
    owners: dict[str, dict[str, None]] = {}
    for revision in revisions:
        for label in revision.branch_labels:
            named = {label: None} if label in graph else {}
            owners.setdefault(label, named)[revision.revision] = None
    for label, names in owners.items():
        if len(names) > 1 or label in names:
            yield errors.revisions.DuplicateLabel(label, tuple(names))


def _edges(graph: RevisionGraph, revisions: Iterable[Revision]) -> Iterator[errors.revisions.GraphFault]:
    for revision in revisions:
        name = revision.revision
        for down in dict.fromkeys(revision.down_revisions):
            if down == name:
                yield errors.revisions.RevisionLoop(name, revision.path, "down_revision")
            elif down not in graph:
                yield errors.revisions.MissingParent(name, revision.path, down)
        for given in revision.depends_on:
            matches = graph.matches(given)
            if len(matches) != 1:
                yield errors.revisions.MissingDependency(name, revision.path, given, tuple(matches))
            elif matches[0] == name:
                yield errors.revisions.RevisionLoop(name, revision.path, "depends_on")
