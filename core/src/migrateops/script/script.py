"""A revision together with its file and its neighbours."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from migrateops.revisions.revision import Revision

if TYPE_CHECKING:
    from migrateops.script.directory import ScriptDirectory


class Script:
    """One script of a directory, as its owner sees it; the file is executed when ``module`` is asked for.

    Attributes:
        data: What the header says.
    """

    __slots__ = ("_directory", "data")

    def __init__(self, directory: ScriptDirectory, data: Revision) -> None:
        self._directory = directory
        self.data = data

    def __repr__(self) -> str:
        return f"<Script {self.revision!r} {self.doc!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Script) and other.data == self.data

    def __hash__(self) -> int:
        return hash(self.data.revision)

    @property
    def revision(self) -> str:
        """The id."""
        return self.data.revision

    @property
    def down_revision(self) -> str | tuple[str, ...] | None:
        """What it follows."""
        return self.data.down_revision

    @property
    def dependencies(self) -> str | tuple[str, ...] | None:
        """What it depends on, as written: nothing, one, or several."""
        names = self.data.depends_on
        return names[0] if len(names) == 1 else names or None

    @property
    def branch_labels(self) -> frozenset[str]:
        """All labels of its branch, also those written on other revisions."""
        return self._directory.graph.labels_of(self.revision)

    @property
    def nextrev(self) -> frozenset[str]:
        """The revisions that follow it."""
        return frozenset(self._directory.graph.children(self.revision))

    @property
    def is_head(self) -> bool:
        """Whether none follows it."""
        return self._directory.graph.is_head(self.revision)

    @property
    def is_base(self) -> bool:
        """Whether it follows none."""
        return self.data.is_base

    @property
    def is_branch_point(self) -> bool:
        """Whether several follow it."""
        return self._directory.graph.is_branch_point(self.revision)

    @property
    def is_merge_point(self) -> bool:
        """Whether it follows several."""
        return self.data.is_merge

    @property
    def path(self) -> str:
        """The file."""
        return self.data.path or ""

    @property
    def doc(self) -> str:
        """The first line of the docstring."""
        return self.data.doc

    @property
    def longdoc(self) -> str:
        """The whole docstring."""
        return self._directory.header(self.data).docstring.strip()

    @property
    def module(self) -> ModuleType:
        """The executed file."""
        return self._directory.load(self.data)
