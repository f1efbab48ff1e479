"""The graph of all revisions: who follows whom, what is a head, what an id stands for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Reversible, Sequence
from functools import cached_property
from itertools import chain

from migrateops import errors
from migrateops.revisions.names import Names
from migrateops.revisions.revision import Revision, has_illegal_name


class RevisionGraph:
    """Revisions with their edges resolved, in one topological order; built in one linear pass.

    There are two kinds of edges: ``down_revision`` makes branches, heads and bases;
    ``depends_on`` only orders, and hides what is depended on from the version table.  Iteration
    goes from oldest to newest.

    What not every command needs is made at its first use: followers, labels, sorted ids.

    Args:
        revisions: Any order; the order only decides between independent revisions.
        continued: Ids that are no heads although none of *revisions* follows them.

    Attributes:
        nodes: From id to revision.
        heads: Ids that no revision follows, in the order of *revisions*.
        effective_heads: Heads that no revision depends on either.
        labels: From branch label to the id of the revision that it is written on.

    Raises:
        BrokenGraph: With every fault: cycles, missing and duplicate ids, duplicate labels.
            ``revisions.sound`` has the graph of those that are not touched by one.
    """

    def __init__(self, revisions: Iterable[Revision] = (), *, continued: Collection[str] = ()) -> None:
        given = revisions if isinstance(revisions, (list, tuple)) else list(revisions)
        self._continued = continued
        self.nodes: Mapping[str, Revision]
        self.labels: Mapping[str, str]
        fits = self._take(given)
        followed = set(chain.from_iterable(self._parents.values()))
        heads = [name for name in self.nodes if name not in followed]
        self._position: dict[str, int] = {}
        fits = fits and followed <= self.nodes.keys() and self._sort(heads)
        if not fits or has_illegal_name(self.nodes, self.labels):
            from migrateops.revisions.faults import faults_of

            raise errors.revisions.BrokenGraph(faults_of(self, given))
        self.heads: tuple[str, ...] = tuple(heads)
        needed = set(chain.from_iterable(self._dependencies.values()))
        self.effective_heads = tuple(name for name in self.heads if name not in needed)

    def _take(self, given: Sequence[Revision]) -> bool:
        """Take names and edges from the headers; return whether each name is of one revision."""
        nodes: dict[str, Revision] = {}
        parents: dict[str, tuple[str, ...]] = {}
        labelled: list[Revision] = []
        depending: list[Revision] = []
        for revision in given:
            name = revision.revision
            nodes[name] = revision
            down = revision.down_revision
            if isinstance(down, str):
                parents[name] = (down,)
            else:
                parents[name] = tuple(dict.fromkeys(down)) if down else ()
            if revision.branch_labels:
                labelled.append(revision)
            if revision.depends_on:
                depending.append(revision)
        self.nodes, self._parents = nodes, parents
        self.labels = {label: revision.revision for revision in labelled for label in revision.branch_labels}
        self._dependencies: dict[str, tuple[str, ...]] = {}
        depend = [self._connect_dependencies(revision) for revision in depending]
        self._before = parents
        if self._dependencies:
            more = {name: parents[name] + needed for name, needed in self._dependencies.items()}
            self._before = parents | more
        return (
            len(nodes) == len(given)
            and sum(len(set(revision.branch_labels)) for revision in labelled) == len(self.labels)
            and self.labels.keys().isdisjoint(nodes)
            and all(depend)
        )

    def _connect_dependencies(self, revision: Revision) -> bool:
        found = [self.matches(given) for given in revision.depends_on]
        names = dict.fromkeys(matches[0] for matches in found if len(matches) == 1)
        needed = tuple(name for name in names if name not in revision.down_revisions)
        if needed:
            self._dependencies[revision.revision] = needed
        return all(len(matches) == 1 for matches in found)

    def _sort(self, heads: list[str]) -> bool:
        """Give every revision a place after all that it needs; return False if some go in a circle."""
        before = self._before
        placed: dict[str, None] = {}
        stack = heads[::-1]
        waited: set[str] = set()
        while stack:
            name = stack.pop()
            if name in placed:
                continue
            # Most follow one: such a stretch is walked in one go, and placed from its old end.
            stretch = [name]
            while len(needed := before[name]) == 1 and needed[0] not in placed:
                name = needed[0]
                stretch.append(name)
                if len(stretch) > len(before):
                    return False
            waiting = [other for other in needed if other not in placed]
            if not waiting:
                placed.update(dict.fromkeys(reversed(stretch)))
            elif name in waited:
                return False
            else:
                waited.add(name)
                stack += stretch
                # The last one first: what a merge names first stands next to it.
                stack += waiting
        self._position = dict(zip(placed, range(len(placed)), strict=True))
        # A circle that nothing follows is in reach of no head.
        return len(placed) == len(before)

    # ------------------------------------------------------------------------------ reading

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Revision]:
        return map(self.nodes.__getitem__, self._position)

    def __reversed__(self) -> Iterator[Revision]:
        return map(self.nodes.__getitem__, reversed(self._position))

    def ids(self) -> Reversible[str]:
        """Return all ids, oldest first."""
        return self._position.keys()

    def __contains__(self, identifier: object) -> bool:
        return identifier in self.nodes

    def __getitem__(self, identifier: str) -> Revision:
        return self.nodes[identifier]

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Ids that follow nothing, in the order in which they were given."""
        return tuple(name for name in self.nodes if not self._parents[name])

    def position(self, identifier: str) -> int:
        """Return where the revision is in the topological order; what it needs comes before it."""
        return self._position[identifier]

    def parents(self, identifier: str) -> tuple[str, ...]:
        """Return what the revision follows, each once."""
        return self._parents[identifier]

    def dependencies(self, identifier: str) -> tuple[str, ...]:
        """Return the ids that the revision depends on and does not follow."""
        return self._dependencies.get(identifier, ())

    def before(self, identifier: str) -> tuple[str, ...]:
        """Return what must be applied directly before: parents, then dependencies."""
        return self._before[identifier]

    def children(self, identifier: str) -> tuple[str, ...]:
        """Return the revisions that follow this one."""
        return tuple(self._children.get(identifier, ()))

    def dependents(self, identifier: str) -> tuple[str, ...]:
        """Return the revisions that depend on this one and do not follow it."""
        return tuple(self._dependents.get(identifier, ()))

    def after(self, identifier: str) -> tuple[str, ...]:
        """Return what can only be applied directly after: children, then dependents."""
        return self.children(identifier) + self.dependents(identifier)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        return _reversed_edges((name, self._parents[name]) for name in self._position)

    @cached_property
    def _dependents(self) -> dict[str, list[str]]:
        return _reversed_edges(self._dependencies.items())

    def is_head(self, identifier: str) -> bool:
        """Return whether no revision follows this one."""
        return identifier not in self._children and identifier not in self._continued

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
        matches = self.matches(given)
        if branch is not None and matches:
            lineage = self.lineage(self.get(branch).revision)
            inside = [name for name in matches if name in lineage]
            if not inside and len(matches) == 1:
                raise errors.revisions.RevisionNotOnBranch(matches[0], branch)
            matches = inside
        if len(matches) > 1:
            raise errors.revisions.AmbiguousRevision(given, tuple(matches))
        if not matches:
            raise errors.revisions.RevisionNotFound(given, self._names.closest(given))
        return self.nodes[matches[0]]

    def matches(self, given: str) -> list[str]:
        """Return the ids that a text may stand for: a whole id or a label wins over the starts of ids."""
        return self._names.matches(given)

    @cached_property
    def _names(self) -> Names:
        return Names(self.nodes.keys(), self.labels)

    def labels_of(self, identifier: str) -> frozenset[str]:
        """Return the branch labels of a revision, also those it has from ancestors or descendants."""
        return self._spread.get(identifier, frozenset())

    @cached_property
    def _spread(self) -> dict[str, frozenset[str]]:
        if not self.labels:
            return {}
        from migrateops.revisions.labels import spread

        return spread(self)

    # ------------------------------------------------------------------------------- sets

    def ancestors(self, identifiers: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Return the given revisions and everything before them."""
        return _reached(identifiers, self.before if dependencies else self.parents)

    def descendants(self, identifiers: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Return the given revisions and everything after them."""
        return _reached(identifiers, self.after if dependencies else self.children)

    def newest(self, identifiers: Iterable[str]) -> set[str]:
        """Return the newest revision of each branch that the given ones imply; dependencies hide none."""
        applied = self.ancestors(identifiers)
        return {name for name in applied if applied.isdisjoint(self.children(name))}

    def lineage(self, identifier: str) -> set[str]:
        """Return the revision, what it follows, and what follows it; dependencies do not count."""
        return self.ancestors([identifier], dependencies=False) | self.descendants(
            [identifier], dependencies=False
        )

    def sorted(self, identifiers: Iterable[str]) -> list[str]:
        """Return the ids in topological order, oldest first."""
        return sorted(identifiers, key=self._position.__getitem__)


def _reached(start: Iterable[str], neighbours: Callable[[str], tuple[str, ...]]) -> set[str]:
    found = set(start)
    stack = list(found)
    while stack:
        fresh = [name for name in neighbours(stack.pop()) if name not in found]
        found.update(fresh)
        stack += fresh
    return found


def _reversed_edges(edges: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, others in edges:
        for other in others:
            found.setdefault(other, []).append(name)
    return found
