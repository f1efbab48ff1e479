"""One step of a run, with its script; and the view of it that callbacks get."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from migrateops.revisions.script_text import ScriptText
from migrateops.revisions.walk import Step

if TYPE_CHECKING:
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.revisions.revision import Revision


class RevisionStep(NamedTuple):
    """A step, its script's module, and the text that it was made of.

    Attributes:
        step: What to do, and what to write into the version table.
        module: The executed migration file; None for a stamp.
        text: The script's text; None for a stamp, and for a script without one.
        database: The url of the database without its password; None where SQL is written.
    """

    step: Step
    module: ModuleType | None = None
    text: ScriptText | None = None
    database: str | None = None

    @property
    def revision(self) -> Revision | None:
        """The revision; None for a stamp of the base."""
        return self.step.revision

    @property
    def direction(self) -> str:
        """``upgrade``, ``downgrade`` or ``stamp``."""
        return self.step.kind

    @property
    def rebuilds(self) -> bool:
        """Whether the script may replace a table by a copy of it; one without a text may."""
        return self.module is not None if self.text is None else self.text.may_rebuild

    def describe(self) -> str:
        """Return one line: where from, where to, and the revision's message."""
        step = self.step
        path = f"{', '.join(step.source)} -> {', '.join(step.destination)}"
        message = self.revision.doc if self.revision is not None else ""
        return f"{step.kind} {path}, {message}" if message else f"{step.kind} {path}"


class Taken:
    """The steps of a context that were taken, and which of them are there to stay.

    Attributes:
        start: The rows before the first step; None while nobody has looked.
        seen: The rows as they were looked at last.
        table_is_there: Whether there was a version table when its rows were read last.
        kept: How many of the steps are committed.
    """

    def __init__(self) -> None:
        self.start: tuple[str, ...] | None = None
        self.seen: tuple[str, ...] | None = None
        self.table_is_there = False
        self.kept = 0
        self._steps: list[tuple[RevisionStep | None, tuple[str, ...]]] = []

    def see(self, rows: tuple[str, ...]) -> None:
        """Note what rows there are, before the steps from there."""
        self.seen = rows
        if not self._steps:
            self.start = rows

    def take(self, step: RevisionStep | None, rows: tuple[str, ...]) -> None:
        """Note a step, None for the emptying of the version table, and the rows after it."""
        self._steps.append((step, rows))

    def keep(self) -> None:
        """Note that all steps so far are committed."""
        self.kept = len(self._steps)

    def drop(self) -> None:
        """Forget the steps that were not committed."""
        del self._steps[self.kept :]

    @property
    def steps(self) -> tuple[RevisionStep, ...]:
        """The committed steps."""
        return tuple(step for step, _ in self._steps[: self.kept] if step is not None)

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows after the committed steps."""
        return self._steps[self.kept - 1][1] if self.kept else self.start or ()

    @property
    def rows_pending(self) -> tuple[str, ...] | None:
        """The rows after all steps; None where all of them are committed."""
        return self._steps[-1][1] if len(self._steps) > self.kept else None


class MigrationInfo:
    """What ``on_version_apply`` callbacks are told of a step.

    Attributes:
        is_upgrade: Whether the step goes towards the heads.
        is_stamp: Whether nothing was run.
    """

    def __init__(self, step: Step, graph: RevisionGraph) -> None:
        self._step = step
        self.revision_map = graph
        self.is_upgrade = step.is_upgrade
        self.is_stamp = step.kind == "stamp"

    @property
    def is_migration(self) -> bool:
        """Whether a script was run."""
        return not self.is_stamp

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """The revisions that the step starts from."""
        return self._step.source if self.is_stamp or not self.is_upgrade else self._needed

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """The revisions that it arrives at."""
        return self._step.destination if self.is_stamp or self.is_upgrade else self._needed

    @property
    def up_revision_ids(self) -> tuple[str, ...]:
        """The revisions on the side of the heads."""
        return self.destination_revision_ids if self.is_upgrade else self.source_revision_ids

    @property
    def down_revision_ids(self) -> tuple[str, ...]:
        """The revisions on the side of the base: what the script follows, and what it depends on."""
        return self.source_revision_ids if self.is_upgrade else self.destination_revision_ids

    @property
    def _needed(self) -> tuple[str, ...]:
        revision = self._step.revision
        return () if revision is None else self.revision_map.before(revision.revision)

    @property
    def up_revision_id(self) -> str | None:
        """The one revision on the side of the heads, the first where there are several."""
        ids = self.up_revision_ids
        return ids[0] if ids else None

    def _revisions(self, ids: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(self.revision_map[i] for i in ids if i in self.revision_map)

    @property
    def up_revision(self) -> Any:
        """The revision object of ``up_revision_id``."""
        found = self.up_revisions
        return found[0] if found else None

    @property
    def up_revisions(self) -> tuple[Any, ...]:
        """The revision objects on the side of the heads."""
        return self._revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Any, ...]:
        """The revision objects on the side of the base."""
        return self._revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Any, ...]:
        """The revision objects that the step starts from."""
        return self._revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Any, ...]:
        """The revision objects that it arrives at."""
        return self._revisions(self.destination_revision_ids)
