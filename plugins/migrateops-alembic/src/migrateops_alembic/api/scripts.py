"""``alembic.script``: scripts that say of themselves what Alembic's say, and steps for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from migrateops.revisions.expressions import as_ids, resolve
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.ranges import between
from migrateops.revisions.revision import Revision as Data
from migrateops.revisions.walk import Step, downgrade_path, stamp_steps, upgrade_path
from migrateops.script.directory import ScriptDirectory as CoreDirectory
from migrateops.script.script import Script as CoreScript
from migrateops_alembic.api import listing
from migrateops_alembic.api.walking import newest_first

Ids = str | Iterable[str] | None


class Script(CoreScript):
    """A script, with the texts that Alembic has for it."""

    __slots__ = ()

    @property
    def doc(self) -> str:
        """The first paragraph of the docstring."""
        return self.longdoc.partition("\n\n")[0]

    @property
    def is_effective_head(self) -> bool:
        """Whether none follows it, and none depends on it."""
        return not self._directory.graph.after(self.revision)

    @property
    def log_entry(self) -> str:
        """Several lines on the script, as verbose commands print them."""
        return listing.entry(self)

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
    ) -> str:
        """Return the script in one line, or with *verbose* in several.

        Args:
            verbose: Return several lines; the others have no effect then.
            include_branches: Add the labels.
            include_doc: Add the message.
            include_parents: Begin with what it follows.
            tree_indicators: Add ``(branchpoint)`` and ``(mergepoint)``.
        """
        if verbose:
            return listing.entry(self)
        return listing.line(
            self,
            parents=include_parents,
            labels=include_branches,
            message=include_doc,
            places=tree_indicators,
        )

    @property
    def _all_down_revisions(self) -> tuple[str, ...]:
        return self._directory.graph.before(self.revision)

    @property
    def _versioned_down_revisions(self) -> tuple[str, ...]:
        return self.data.down_revisions

    @property
    def _resolved_dependencies(self) -> tuple[str, ...]:
        return self._directory.graph.dependencies(self.revision)

    @property
    def _all_nextrev(self) -> frozenset[str]:
        return frozenset(self._directory.graph.after(self.revision))

    @property
    def _is_real_head(self) -> bool:
        return self.is_effective_head


class ScriptDirectory(CoreDirectory):
    """A directory of scripts; what it returns for one is a ``Script`` of this module."""

    script_class: type[CoreScript] = Script

    @classmethod
    def from_config(cls, config: Any) -> ScriptDirectory:
        """Return the directory that a configuration names.

        Raises:
            MigrateOpsError: There is none.
        """
        found = super().from_config(config)
        assert isinstance(found, ScriptDirectory)
        return found

    def get_revision(self, id_: str | None) -> Script | None:
        """Return the one script that an expression stands for, or None for the base.

        Raises:
            RevisionError: It stands for none or for several.
        """
        found = super().get_revision(id_)
        assert found is None or isinstance(found, Script)
        return found

    def iterate_revisions(
        self, upper: Ids, lower: Ids, *, inclusive: bool = False, **_: object
    ) -> Iterator[CoreScript]:
        """Yield scripts from *upper* back to *lower*, newest first, in the order of Alembic.

        Args:
            upper: One expression or several.
            lower: One expression or several; None is the base.
            inclusive: Whether *lower* itself is part.
        """
        return self.scripts(_between(self.graph, self._ids(lower), self._ids(upper), inclusive=inclusive))

    def scripts(self, ids: Iterable[str]) -> Iterator[Script]:
        """Yield the scripts of some ids."""
        return (Script(self, self.graph[one]) for one in ids)

    @property
    def revision_map(self) -> RevisionMap:
        """The revisions as Alembic's own functions look at them."""
        return RevisionMap.of(self)

    @property
    def _version_locations(self) -> tuple[str, ...]:
        return self.version_locations

    def _upgrade_revs(self, destination: str, current_rev: Ids) -> list[Step]:
        """Return the steps up to *destination*, for the ``fn`` of an environment."""
        return upgrade_path(self.graph, as_ids(current_rev), destination, order=newest_first)

    def _downgrade_revs(self, destination: str, current_rev: Ids) -> list[Step]:
        """Return the steps back to *destination*, for the ``fn`` of an environment."""
        return downgrade_path(self.graph, as_ids(current_rev), destination, order=newest_first)

    def _stamp_revs(self, revision: Ids, heads: Ids) -> list[Step]:
        """Return the steps that only change the version table."""
        return stamp_steps(self.graph, as_ids(heads), as_ids(revision) or ("base",))


class Revision(Script):
    """A revision of a ``RevisionMap`` that a program makes; it has no file.

    Args:
        revision: The id.
        down_revision: What it follows.
        dependencies: What it depends on.
        branch_labels: Its labels.
    """

    __slots__ = ()

    def __init__(
        self,
        revision: str,
        down_revision: str | tuple[str, ...] | None,
        dependencies: Ids = None,
        branch_labels: Ids = None,
    ) -> None:
        down = tuple(down_revision) if isinstance(down_revision, list) else down_revision
        data = Data(revision, down, as_ids(branch_labels), as_ids(dependencies))
        alone: Any = RevisionMap(lambda: [self])
        super().__init__(alone, data)


class RevisionMap:
    """Revisions as a graph, asked by expression.

    Args:
        generator: Returns the revisions; called once, when something is first asked.
    """

    def __init__(self, generator: Callable[[], Iterable[Any]]) -> None:
        self._generator = generator

    @classmethod
    def of(cls, directory: CoreDirectory) -> RevisionMap:
        """Return the map of a directory."""
        made = cls(tuple)
        made.graph = directory.graph
        made._owner = directory
        return made

    @cached_property
    def graph(self) -> RevisionGraph:
        """The revisions as core has them."""
        return RevisionGraph([one.data for one in self._generator()])

    @cached_property
    def _owner(self) -> Any:
        return self

    def _made(self, data: Data) -> Script:
        return Script(self._owner, data)

    @property
    def heads(self) -> tuple[str, ...]:
        """The ids that none follows."""
        return self.graph.heads

    @property
    def bases(self) -> tuple[str, ...]:
        """The ids that follow none."""
        return self.graph.bases

    @property
    def _real_heads(self) -> tuple[str, ...]:
        return tuple(self.graph.effective_heads)

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """Return the one head, or None without revisions.

        Raises:
            MultipleHeads: There are several.
        """
        if not self.graph.heads:
            return None
        found = self.get_revision("head" if branch_label is None else f"{branch_label}@head")
        return None if found is None else found.revision

    def get_revision(self, id_: str | tuple[str, ...] | None) -> Script | None:
        """Return the one revision that an expression stands for, or None for the base.

        Raises:
            RevisionError: It stands for none, or for several.
        """
        from migrateops.revisions.expressions import resolve_one

        ids = as_ids(id_)
        found = resolve_one(self.graph, ids[0]) if ids else None
        return None if found is None else self._made(found)

    def get_revisions(self, id_: Ids) -> tuple[Script, ...]:
        """Return the revisions that expressions stand for, each once.

        Raises:
            RevisionError: One of them stands for none.
        """
        return tuple(self._made(self.graph[name]) for name in self._ids(id_))

    def iterate_revisions(
        self,
        upper: Ids,
        lower: Ids,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Script]:
        """Yield revisions from *upper* back to *lower*, newest first.

        Args:
            inclusive: Whether *lower* itself is part.
        """
        found = _between(self.graph, self._ids(lower), self._ids(upper), inclusive=inclusive)
        return (self._made(self.graph[name]) for name in found)

    def _ids(self, id_: Ids) -> tuple[str, ...]:
        found = (one for text in as_ids(id_) for one in resolve(self.graph, text))
        return tuple(dict.fromkeys(one.revision for one in found if one is not None))


def _between(
    graph: RevisionGraph, lower: tuple[str, ...], upper: tuple[str, ...], *, inclusive: bool
) -> list[str]:
    """Return what is between revisions; what only depends on *lower* where that alone leads to *upper*."""
    found = {one.revision for one in between(graph, lower, upper, inclusive=inclusive)}
    later = graph.descendants(lower, dependencies=False)
    return newest_first(graph, found if later.isdisjoint(upper) else found & later)


def tuple_rev_as_scalar(rev: Ids) -> Any:
    """Return ids as they are written: None, one, or a tuple of several."""
    ids = as_ids(rev)
    return ids[0] if len(ids) == 1 else ids or None
