"""``rebase``: put the revisions of one branch behind the head of another."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.missing import explaining
from migrateops.commands.scripts import refuse_unreadable
from migrateops.errors.base import MigrateOpsError
from migrateops.revisions.expressions import resolve_one
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.linearize import Linearization, branch_of, head_behind, linearize
from migrateops.revisions.revision import Revision
from migrateops.script.directory import ScriptDirectory
from migrateops.script.replacing import replace_all
from migrateops.script.rewriting import with_down_revision

if TYPE_CHECKING:
    from migrateops.config import Config


@dataclass(frozen=True, slots=True)
class RewrittenScript:
    """A script that follows other revisions than before.

    Attributes:
        revision: Its id.
        path: Its file.
        old: What it followed.
        new: What it follows.
        diff: The change of the file, as ``diff -u`` shows it.
    """

    revision: str
    path: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    diff: str


@dataclass(frozen=True, slots=True)
class Rebase:
    """What a rebase did, or would do.

    Attributes:
        moved: The revisions of the branch that moved, oldest first; none if there is one head already,
            apart from those that another one depends on.
        onto: What they stand behind now, or None.
        rewritten: The files that changed for it.
        heads: The heads afterwards.
        dry_run: Nothing was written.
    """

    moved: tuple[str, ...]
    onto: str | None
    rewritten: tuple[RewrittenScript, ...]
    heads: tuple[str, ...]
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name, as ``--json`` prints them."""
        return asdict(self)


def rebase(
    config: Config,
    revision: str | None = None,
    onto: str | None = None,
    *,
    no_database: bool = False,
    dry_run: bool = False,
) -> Rebase:
    """Put the revisions of one branch behind the head of another, so that the two have one head.

    The branch is what leads to its head and not to the other one.  Only what its oldest revision
    follows is rewritten.  All files are changed, or none.

    Args:
        config: The configuration.
        revision: On the branch that moves.  None: of two heads, the one whose branch the database
            has not applied.
        onto: The head to put it behind; None is the only other one.
        no_database: Ask no database; what moves is applied nowhere.
        dry_run: Write nothing.

    Raises:
        BranchNotChosen: It does not follow from anything what is to move.
        OntoNotChosen: There is more than one head to put it behind.
        OntoNotAHead: *onto* is none.
        AlreadyApplied: The database has applied a revision that would move.
        AppliedNotKnown: The database cannot be asked.
        UnknownVersionRow: The database is at a revision that no script has.
        RebaseError: The result would not be a history.
        HeaderNotRewritable: A script's ``down_revision`` is computed.
        FileRefused: A file cannot be written; all are as they were.
        MigrateOpsError: A name stands for nothing; or the configuration or the scripts have a fault.
    """
    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script)
    graph = script.graph
    with explaining(script):
        head = None if revision is None else head_behind(graph, _named(graph, revision))
        target = None if onto is None else _named(graph, onto)
    if target is not None and not graph.is_head(target):
        raise errors.teams.OntoNotAHead(target, graph.heads)
    others = [name for name in graph.effective_heads if name not in (head, target)]
    if head is not None and not others:
        # Asked for this branch, one that it depends on is what it can stand behind.
        others = [name for name in graph.heads if name not in (head, target)]
    if len(others) + (head is not None) + (target is not None) < 2:
        return Rebase((), None, (), graph.heads, dry_run)
    applied = None if no_database else _applied(config, graph)
    if head is None:
        head = _head_to_move(graph, others, target, applied)
    if target is None:
        target = _only_other(head, [name for name in others if name != head])
    plan = linearize(graph, head, target)
    _refuse_applied(plan, applied or ())
    rewritten, contents = _rewritten(graph, plan)
    heads = _heads_after(graph, plan)
    if not dry_run:
        replace_all(contents)
    return Rebase(plan.moved, plan.onto, rewritten, heads, dry_run)


def _named(graph: RevisionGraph, text: str) -> str:
    found = resolve_one(graph, text)
    if found is None:
        raise errors.revisions.RevisionNotFound(text)
    return found.revision


def _applied(config: Config, graph: RevisionGraph) -> set[str]:
    """Return all revisions that the database has."""
    from sqlalchemy.exc import SQLAlchemyError

    from migrateops.commands.current import current

    try:
        rows = current(config, only_known=True)
    except errors.revisions.UnknownVersionRow:
        raise
    except MigrateOpsError as error:
        raise errors.teams.AppliedNotKnown(error.message()) from error
    except SQLAlchemyError as error:
        raise errors.teams.AppliedNotKnown(
            str(getattr(error, "orig", None) or error).partition("\n")[0]
        ) from error
    return graph.ancestors(row.revision for row in rows)


def _head_to_move(
    graph: RevisionGraph, others: list[str], target: str | None, applied: set[str] | None
) -> str:
    """Return the one head that can only be meant.

    Raises:
        BranchNotChosen: There is none.
    """
    if len(others) == 1:
        return others[0]
    heads = tuple(others)
    if target is not None or len(heads) > 2:
        raise errors.teams.BranchNotChosen(heads, "several")
    branches = {head: branch_of(graph, head, set(heads) - {head}) for head in heads}
    if any(_is_deliberate(graph, branch) for branch in branches.values()):
        raise errors.teams.BranchNotChosen(heads, "deliberate")
    if applied is None:
        raise errors.teams.BranchNotChosen(heads, "no database")
    free = [head for head, branch in branches.items() if applied.isdisjoint(branch)]
    if len(free) != 1:
        raise errors.teams.BranchNotChosen(heads, "neither applied" if free else "both applied")
    return free[0]


def _is_deliberate(graph: RevisionGraph, branch: tuple[str, ...]) -> bool:
    """Say whether a branch is one on purpose: with a label, or a base of its own."""
    return any(graph[name].branch_labels or graph[name].is_base for name in branch)


def _only_other(head: str, others: list[str]) -> str:
    if len(others) > 1:
        raise errors.teams.OntoNotChosen(head, tuple(others))
    return others[0]


def _refuse_applied(plan: Linearization, applied: Collection[str]) -> None:
    found = tuple(name for name in plan.moved if name in applied)
    if found:
        points = plan.branch_points
        raise errors.teams.AlreadyApplied(found, points[0] if len(points) == 1 else None)


def _rewritten(
    graph: RevisionGraph, plan: Linearization
) -> tuple[tuple[RewrittenScript, ...], dict[str, bytes]]:
    """Return what changes, and the new content of each file by path."""
    scripts = []
    contents = {}
    for change in plan.changes:
        path = str(graph[change.revision].path)
        before = Path(path).read_bytes()
        contents[path] = after = with_down_revision(before, change.new, path)
        diff = _diff(before, after, path)
        scripts.append(RewrittenScript(change.revision, path, change.old, change.new, diff))
    return tuple(scripts), contents


def _diff(before: bytes, after: bytes, path: str) -> str:
    old, new = (text.decode(errors="backslashreplace").splitlines() for text in (before, after))
    return "\n".join(difflib.unified_diff(old, new, path, path, lineterm=""))


def _heads_after(graph: RevisionGraph, plan: Linearization) -> tuple[str, ...]:
    """Return the heads of the history that the files will be.

    Raises:
        BrokenGraph: They would be none.
    """
    changes = {change.revision: change.new for change in plan.changes}

    def changed(revision: Revision) -> Revision:
        # Several, one or none: a tuple is what the graph takes for any of them.
        return revision._replace(
            down_revision=changes.get(revision.revision, revision.down_revisions) or None
        )

    return RevisionGraph(map(changed, graph)).heads
