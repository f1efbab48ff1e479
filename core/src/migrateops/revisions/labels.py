"""Which revisions have a branch label that is written on one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrateops.revisions.graph import RevisionGraph


def spread(graph: RevisionGraph) -> dict[str, frozenset[str]]:
    """Return the labels of each revision that has one.

    A label goes up to all that follow, and down as long as nothing else is shared: it stops above
    a revision that several follow or depend on, and above a merge.  So all revisions of a stretch
    without branches and merges have the same labels, and share one set.
    """
    stretches = _stretches(graph)
    written: dict[str, list[str]] = {}
    for label, name in graph.labels.items():
        written.setdefault(stretches.get(name, name), []).append(label)
    found: dict[str, frozenset[str]] = {}
    for name in graph.ids():
        inherited = [found[parent] for parent in graph.parents(name) if parent in found]
        own = written.get(name, ())
        if own or any(labels is not inherited[0] for labels in inherited):
            found[name] = frozenset(own).union(*inherited)
        elif inherited:
            found[name] = inherited[0]
    return found


def _stretches(graph: RevisionGraph) -> dict[str, str]:
    """Return the oldest revision of the stretch that one is on; branch points and merges are on none."""
    oldest: dict[str, str] = {}
    for name in graph.ids():
        parents = graph.parents(name)
        if len(parents) < 2 and len(graph.after(name)) < 2:
            oldest[name] = oldest.get(parents[0], name) if parents else name
    return oldest
