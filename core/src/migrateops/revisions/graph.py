"""The graph of all revisions: who follows whom, what is a head, what an id stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from migrateops.errors.base import closest
from migrateops.errors.revisions import (
    AmbiguousRevision,
    BrokenGraph,
    DuplicateLabel,
    DuplicateRevision,
    GraphFault,
    IllegalName,
    MissingDependency,
    MissingParent,
    RevisionLoop,
    RevisionNotFound,
    RevisionNotOnBranch,
)
from migrateops.revisions.revision import Revision, is_legal_name

# Ids of three characters or fewer are only found by the whole id.
_SHORTEST_ABBREVIATED = 4


class RevisionGraph:
    """Revisions with their edges resolved, in one topological order; built in one linear pass.

    There are two kinds of edges: ``down_revision`` makes branches, heads and bases;
    ``depends_on`` only orders, and hides what is depended on from the version table.  Iteration
    goes from oldest to newest.

    Args:
        revisions: Any order; the order only decides between independent revisions.

    Attributes:
        heads: Ids that no revision follows.
        effective_heads: Heads that no revision depends on either.
        bases: Ids that follow nothing.
        labels: From branch label to the id of the revision that it is written on.

    Raises:
        BrokenGraph: With every fault: cycles, missing and duplicate ids, duplicate labels.
    """

    def __init__(self, revisions: Iterable[Revision] = ()) -> None:
        faults: list[GraphFault] = []
        self.nodes: Mapping[str, Revision] = _by_id(revisions, faults)
        self.labels: Mapping[str, str] = _labels(self.nodes, faults)
        self._parents: dict[str, tuple[str, ...]] = {}
        self._dependencies: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        self._dependents: dict[str, list[str]] = {}
        self._connect(faults)
        order = self._sort()
        if len(order) < len(self.nodes):
            from migrateops.revisions.cycles import cycles

            remaining = set(self.nodes).difference(order)
            faults += cycles(remaining, self.parents, self.dependencies)
        if faults:
            raise BrokenGraph(tuple(faults))
        self._position = {identifier: position for position, identifier in enumerate(order)}
        self.heads = tuple(name for name in order if name not in self._children)
        self.effective_heads = tuple(name for name in self.heads if name not in self._dependents)
        self.bases = tuple(name for name in order if self.nodes[name].down_revision is None)

    def _connect(self, faults: list[GraphFault]) -> None:
        nodes = self.nodes
        for name, revision in nodes.items():
            parents = []
            for down in dict.fromkeys(revision.down_revisions):
                if down == name:
                    faults.append(RevisionLoop(name, revision.path, "down_revision"))
                elif down in nodes:
                    parents.append(down)
                    self._children.setdefault(down, []).append(name)
                else:
                    faults.append(MissingParent(name, revision.path, down))
            self._parents[name] = tuple(parents)
            if revision.depends_on:
                self._connect_dependencies(revision, faults)

    def _connect_dependencies(self, revision: Revision, faults: list[GraphFault]) -> None:
        resolved: dict[str, None] = {}
        for given in revision.depends_on:
            matches = self._matches(given)
            if len(matches) != 1:
                faults.append(MissingDependency(revision.revision, revision.path, given, tuple(matches)))
            elif matches[0] == revision.revision:
                faults.append(RevisionLoop(revision.revision, revision.path, "depends_on"))
            elif matches[0] not in revision.down_revisions:
                resolved[matches[0]] = None
        self._dependencies[revision.revision] = tuple(resolved)
        for name in resolved:
            self._dependents.setdefault(name, []).append(revision.revision)

    def _sort(self) -> list[str]:
        # Kahn's algorithm with a stack, so that a branch stays together as far as it can.
        waiting = {name: len(parents) for name, parents in self._parents.items()}
        for name, dependencies in self._dependencies.items():
            waiting[name] += len(dependencies)
        ready = [name for name, count in waiting.items() if not count]
        ready.reverse()
        order: list[str] = []
        while ready:
            name = ready.pop()
            order.append(name)
            for follower in reversed(self.after(name)):
                waiting[follower] -= 1
                if not waiting[follower]:
                    ready.append(follower)
        return order

    # ------------------------------------------------------------------------------ reading

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Revision]:
        return map(self.nodes.__getitem__, self._position)

    def __reversed__(self) -> Iterator[Revision]:
        return map(self.nodes.__getitem__, reversed(self._position))

    def __contains__(self, identifier: object) -> bool:
        return identifier in self.nodes

    def __getitem__(self, identifier: str) -> Revision:
        return self.nodes[identifier]

    def position(self, identifier: str) -> int:
        """Return where the revision is in the topological order; what it needs comes before it."""
        return self._position[identifier]

    def parents(self, identifier: str) -> tuple[str, ...]:
        """Return what the revision follows and exists, each once."""
        return self._parents[identifier]

    def dependencies(self, identifier: str) -> tuple[str, ...]:
        """Return the ids that the revision depends on and does not follow."""
        return self._dependencies.get(identifier, ())

    def before(self, identifier: str) -> tuple[str, ...]:
        """Return what must be applied directly before: parents, then dependencies."""
        return self._parents[identifier] + self._dependencies.get(identifier, ())

    def children(self, identifier: str) -> tuple[str, ...]:
        """Return the revisions that follow this one."""
        return tuple(self._children.get(identifier, ()))

    def dependents(self, identifier: str) -> tuple[str, ...]:
        """Return the revisions that depend on this one and do not follow it."""
        return tuple(self._dependents.get(identifier, ()))

    def after(self, identifier: str) -> tuple[str, ...]:
        """Return what can only be applied directly after: children, then dependents."""
        return self.children(identifier) + self.dependents(identifier)

    def is_head(self, identifier: str) -> bool:
        """Return whether no revision follows this one."""
        return identifier not in self._children

    def is_branch_point(self, identifier: str) -> bool:
        """Return whether more than one revision follows this one."""
        return len(self._children.get(identifier, ())) > 1

    # ----------------------------------------------------------------------------- look-up

    def get(self, given: str, branch: str | None = None) -> Revision:
        """Return the revision that an id, a label, or the start of an id stands for.

        Args:
            given: The text; no symbols such as ``head``.
            branch: A label or revision; only revisions before or after that one count.

        Raises:
            RevisionNotFound: Nothing matches.
            AmbiguousRevision: Several ids start with it.
            RevisionNotOnBranch: It exists elsewhere.
        """
        matches = self._matches(given)
        if branch is not None and matches:
            lineage = self.lineage(self.get(branch).revision)
            inside = [name for name in matches if name in lineage]
            if not inside and len(matches) == 1:
                raise RevisionNotOnBranch(matches[0], branch)
            matches = inside
        if len(matches) > 1:
            raise AmbiguousRevision(given, tuple(matches))
        if not matches:
            raise RevisionNotFound(given, closest(given, [*self.labels, *self.nodes]))
        return self.nodes[matches[0]]

    def _matches(self, given: str) -> list[str]:
        if given in self.nodes:
            return [given]
        if given in self.labels:
            return [self.labels[given]]
        matches: list[str] = []
        if given:
            names = self._sorted_ids
            for position in range(bisect_left(names, given), len(names)):
                if not names[position].startswith(given):
                    break
                matches.append(names[position])
        return matches

    @cached_property
    def _sorted_ids(self) -> list[str]:
        return sorted(name for name in self.nodes if len(name) >= _SHORTEST_ABBREVIATED)

    def labels_of(self, identifier: str) -> frozenset[str]:
        """Return the branch labels of a revision, also those it has from ancestors or descendants."""
        return self._spread.get(identifier, frozenset())

    @cached_property
    def _spread(self) -> dict[str, frozenset[str]]:
        if not self.labels:
            return {}
        spread: dict[str, frozenset[str]] = {}
        for name in self._position:
            inherited = [spread[parent] for parent in self.parents(name) if parent in spread]
            own = self.nodes[name].branch_labels
            if own or len(inherited) > 1:
                spread[name] = frozenset(own).union(*inherited)
            elif inherited:
                spread[name] = inherited[0]  # shared, so that a long branch costs nothing
        for label, labelled in self.labels.items():
            # Down to the branch point: what is shared with another branch is not part of this one.
            name = labelled
            while self._count_after(name) < 2 and len(parents := self.parents(name)) < 2:
                spread[name] = spread.get(name, frozenset()) | {label}
                if not parents:
                    break
                (name,) = parents
        return spread

    def _count_after(self, name: str) -> int:
        return len(self._children.get(name, ())) + len(self._dependents.get(name, ()))

    # ------------------------------------------------------------------------------- sets

    def ancestors(self, identifiers: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Return the given revisions and everything before them."""
        found = set(identifiers)
        stack = list(found)
        before = self.before if dependencies else self.parents
        while stack:
            fresh = [name for name in before(stack.pop()) if name not in found]
            found.update(fresh)
            stack += fresh
        return found

    def descendants(self, identifiers: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Return the given revisions and everything after them."""
        found = set(identifiers)
        stack = list(found)
        after = self.after if dependencies else self.children
        while stack:
            fresh = [name for name in after(stack.pop()) if name not in found]
            found.update(fresh)
            stack += fresh
        return found

    def lineage(self, identifier: str) -> set[str]:
        """Return the revision, what it follows, and what follows it; dependencies do not count."""
        return self.ancestors([identifier], dependencies=False) | self.descendants(
            [identifier], dependencies=False
        )

    def sorted(self, identifiers: Iterable[str]) -> list[str]:
        """Return the ids in topological order, oldest first."""
        return sorted(identifiers, key=self._position.__getitem__)


def _by_id(revisions: Iterable[Revision], faults: list[GraphFault]) -> dict[str, Revision]:
    nodes: dict[str, Revision] = {}
    repeated: dict[str, list[Revision]] = {}
    for revision in revisions:
        name = revision.revision
        if name in nodes:
            repeated.setdefault(name, [nodes[name]]).append(revision)
            continue
        nodes[name] = revision
        texts = (name, *revision.branch_labels)
        faults += [IllegalName(text, revision.path) for text in texts if not is_legal_name(text)]
    for name, same in repeated.items():
        paths = tuple(revision.path for revision in same if revision.path is not None)
        faults.append(DuplicateRevision(name, paths))
    return nodes


def _labels(nodes: Mapping[str, Revision], faults: list[GraphFault]) -> dict[str, str]:
    owners: dict[str, list[str]] = {}
    for name, revision in nodes.items():
        for label in dict.fromkeys(revision.branch_labels):
            owners.setdefault(label, [label] if label in nodes else []).append(name)
    faults += [DuplicateLabel(label, tuple(names)) for label, names in owners.items() if len(names) > 1]
    return {label: names[-1] for label, names in owners.items()}
