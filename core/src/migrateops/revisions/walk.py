"""What to run and what to write into the version table, to get from some rows to a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from typing import Literal, NamedTuple

from migrateops import errors
from migrateops.revisions.expressions import (
    Expression,
    as_ids,
    known_rows,
    parse,
    resolve,
    resolve_one,
    tips,
    walk,
)
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision

Kind = Literal["upgrade", "downgrade", "stamp"]
Order = Callable[[RevisionGraph, set[str]], list[str]]
"""Puts revisions in the order in which they are taken off; what needs another comes before it."""


class Step(NamedTuple):
    """One revision to run, or one mark to set, with the changes of the version table.

    After the step the rows are the newest applied revisions: those that no applied revision
    follows or depends on.

    Attributes:
        kind: What to do; a stamp runs no script.
        revision: What to run, or what a stamp sets; None for a stamp of the base.
        source: Ids that the step starts from: parents, the revision itself, or the rows replaced.
        destination: Ids that it arrives at.
        is_upgrade: Whether it goes towards the heads.
        insert: Rows to add.
        delete: Rows to remove.
        update: One row to change, from its old value to its new one.
    """

    kind: Kind
    revision: Revision | None
    source: tuple[str, ...]
    destination: tuple[str, ...]
    is_upgrade: bool
    insert: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    update: tuple[str, str] | None = None

    def applied_to(self, rows: Iterable[str]) -> tuple[str, ...]:
        """Return the rows of the version table after the step, given those before it."""
        gone = {*self.delete, self.update[0]} if self.update else set(self.delete)
        added = (self.update[1], *self.insert) if self.update else self.insert
        return (*(row for row in rows if row not in gone), *added)


def upgrade_path(
    graph: RevisionGraph, current: Iterable[str], target: str | Iterable[str], *, order: Order | None = None
) -> list[Step]:
    """Return the steps to have *target* and all that it needs applied; none if it already is.

    Args:
        graph: All revisions.
        current: The rows of the version table.
        target: One expression or several.
        order: The order of the steps, backwards; that of the graph when omitted.

    Raises:
        WrongDirection: It counts back from the current revision.
        RevisionError: The target, or a row, stands for nothing in the graph.
    """
    stored = known_rows(graph, current)
    targets = [name for text in as_ids(target) for name in _upgrade_targets(graph, text, stored)]
    rows, superfluous = newest(graph, stored)
    steps = []
    names = pending(graph, rows, targets)
    if order is not None and len(names) > 1:
        names = order(graph, set(names))[::-1]
    for name in names:
        before = graph.before(name)
        gone = tuple(row for row in before if row in rows)
        rows.difference_update(gone)
        rows.add(name)
        changes = _Changes.between(gone + superfluous, (name,))
        superfluous = ()
        revision = graph[name]
        steps.append(Step("upgrade", revision, revision.down_revisions, (name,), True, *changes))
    return steps


def downgrade_path(
    graph: RevisionGraph, current: Iterable[str], target: str, *, order: Order | None = None
) -> list[Step]:
    """Return the steps to take off everything that follows *target*, and what depends on that.

    Args:
        graph: All revisions.
        current: The rows of the version table.
        target: One expression; ``label@`` limits the steps to a branch and what depends on it.
        order: The order of the steps; that of the graph, backwards, when omitted.

    Raises:
        WrongDirection: It counts forward from the current revision.
        NotApplied: The database does not have the target.
        AmbiguousWalk: ``-1`` with several rows.
        NothingOfBranchApplied: ``label@-1``, and of this branch only what it shares is applied.
        RevisionError: The target, or a row, stands for nothing in the graph.
    """
    stored = known_rows(graph, current)
    applied = graph.ancestors(stored)
    first = _first_to_leave(graph, parse(target), stored, applied)
    leaving = graph.descendants(name for name in first if name in applied) & applied
    _, superfluous = newest(graph, stored)
    followers: dict[str, int] = {}
    steps = []
    names = graph.sorted(leaving)[::-1] if order is None else order(graph, leaving)
    for name in names:
        applied.remove(name)
        for down in graph.before(name):
            if down in followers:
                followers[down] -= 1
            else:
                followers[down] = sum(other in applied for other in graph.after(down))
        back = tuple(down for down in graph.before(name) if not followers[down])
        changes = _Changes.between((name, *superfluous), back)
        superfluous = ()
        revision = graph[name]
        steps.append(Step("downgrade", revision, (name,), revision.down_revisions, False, *changes))
    return steps


def stamp_steps(graph: RevisionGraph, current: Iterable[str], target: str | Iterable[str]) -> list[Step]:
    """Return the changes to make the version table say *target*; rows of other branches stay.

    Of several that need each other, the newest is a row, whatever their order.

    Args:
        graph: All revisions.
        current: The rows of the version table; none of them to write over whatever is there.
        target: One expression or several.

    Raises:
        RevisionError: The target, or a row, stands for nothing in the graph.
    """
    rows = known_rows(graph, current)
    steps: list[Step] = []
    names: tuple[str, ...] = ()
    for text in as_ids(target):
        found = resolve(graph, text, rows)
        more = tuple(revision.revision for revision in found if revision is not None)
        names += more
        if not more:
            before = _stamp(graph, rows, names)
            rows, names = _rows_after(rows, before), ()
            base = _stamp_base(graph, rows, parse(text).branch)
            rows = _rows_after(rows, base)
            steps += [*before, *base]
    return [*steps, *_stamp(graph, rows, names)]


def pending(graph: RevisionGraph, rows: Iterable[str], targets: Iterable[str]) -> list[str]:
    """Return what *targets* need and *rows* do not have, oldest first.

    Walks back from both at once and stops as soon as all that is left is applied, so that a
    database at the head costs nothing, however long its history.
    """
    wanted = set(targets)
    applied = set(rows)
    # A topological position is greater than those of all ancestors: greatest first, both marks
    # of a revision are complete when its turn comes.
    queue = [-graph.position(name) for name in wanted | applied]
    names = {-graph.position(name): name for name in wanted | applied}
    heapify(queue)
    open_count = len(wanted - applied)
    found = []
    while open_count:
        name = names.pop(heappop(queue))
        is_applied = name in applied
        if not is_applied:
            found.append(name)
            open_count -= 1
        for other in graph.before(name):
            is_new = other not in wanted and other not in applied
            if is_applied:
                if other in wanted and other not in applied:
                    open_count -= 1
                applied.add(other)
            elif is_new:
                wanted.add(other)
                open_count += 1
            if is_new:
                position = -graph.position(other)
                names[position] = other
                heappush(queue, position)
    found.reverse()
    return found


def newest(graph: RevisionGraph, rows: Iterable[str]) -> tuple[set[str], tuple[str, ...]]:
    """Return the rows that no other row follows or depends on, and the superfluous rest."""
    kept = dict.fromkeys(rows)
    if len(kept) < 2:
        return set(kept), ()
    lowest = min(map(graph.position, kept))
    covered: set[str] = set()
    stack = list(kept)
    while stack:
        for name in graph.before(stack.pop()):
            if name not in covered and graph.position(name) >= lowest:
                covered.add(name)
                stack.append(name)
    return set(kept) - covered, tuple(name for name in kept if name in covered)


# ------------------------------------------------------------------------------------ targets


def _upgrade_targets(graph: RevisionGraph, text: str, rows: tuple[str, ...]) -> list[str]:
    expression = parse(text)
    if expression.symbol is None and expression.offset < 0:
        raise errors.revisions.WrongDirection(text, "an upgrade")
    return [revision.revision for revision in resolve(graph, text, rows) if revision is not None]


def _first_to_leave(
    graph: RevisionGraph, expression: Expression, rows: tuple[str, ...], applied: set[str]
) -> Iterable[str]:
    """Return the oldest revisions that a downgrade takes off; some may not be applied."""
    if expression.symbol is None:
        if expression.offset >= 0:
            raise errors.revisions.WrongDirection(expression.text, "a downgrade")
        return [_counted_back(graph, expression, rows, applied)]
    found = resolve(graph, expression.text, rows)
    missing = [revision for revision in found if revision is not None and revision.revision not in applied]
    if missing:
        raise errors.revisions.NotApplied(missing[0].revision, rows)
    targets = {revision.revision for revision in found if revision is not None}
    if targets:
        first = {child for name in targets for child in graph.children(name)}
    else:
        first = set(graph.bases)
        if expression.offset and expression.branch is None:
            # Counted down to the base of one branch: the other branches are not meant.
            start = resolve_one(graph, str(expression.symbol), rows)
            if start is not None:
                first &= graph.lineage(start.revision)
    if len(targets) > 1:
        # They (heads, current) stay themselves, although one may need another.
        first.difference_update(graph.ancestors(targets))
    if expression.branch is not None:
        first &= graph.lineage(graph.get(expression.branch).revision)
    return first


def _counted_back(
    graph: RevisionGraph, expression: Expression, rows: tuple[str, ...], applied: set[str]
) -> str:
    starts: tuple[str, ...]
    if expression.branch is None:
        starts = tuple(newest(graph, rows)[0])
    else:
        starts = tips(graph, expression.branch, rows)
    if not starts:
        raise errors.revisions.RelativeTooFar(expression.text, "base", 0)
    start, *others = starts
    if others:
        raise errors.revisions.AmbiguousWalk(expression.text, tuple(graph.sorted(starts)))
    followed_by = tuple(name for name in graph.children(start) if name in applied)
    if followed_by:
        raise errors.revisions.NothingOfBranchApplied(expression.text, start, followed_by)
    # The last one to leave, not the one to arrive at: a merge is left without choosing a parent.
    back = Expression(expression.text, expression.branch, None, expression.offset + 1)
    last = walk(graph, back, graph[start])
    if last is None:
        raise errors.revisions.RelativeTooFar(expression.text, start, -expression.offset - 1)
    return last.revision


# ------------------------------------------------------------------------------------- changes


class _Changes(NamedTuple):
    insert: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    update: tuple[str, str] | None = None

    @classmethod
    def between(cls, gone: tuple[str, ...], added: tuple[str, ...]) -> _Changes:
        """Return the fewest changes that take rows away and add others; what is in both stays."""
        kept = set(gone).intersection(added)
        if kept:
            gone = tuple(row for row in gone if row not in kept)
            added = tuple(row for row in added if row not in kept)
        if gone and added:
            return cls(added[:-1], gone[:-1], (gone[-1], added[-1]))
        return cls(added, gone)


def _stamp_base(graph: RevisionGraph, rows: tuple[str, ...], branch: str | None) -> list[Step]:
    if branch is not None:
        anchor = graph.get(branch).revision
        taken = graph.lineage(anchor) | graph.descendants([anchor])
        rows = tuple(row for row in rows if row in taken)
    return [Step("stamp", None, (row,), (), False, *_Changes.between((row,), ())) for row in rows]


def _stamp(graph: RevisionGraph, rows: tuple[str, ...], names: tuple[str, ...]) -> list[Step]:
    """Return a step for each of *names* that is no row yet; it takes off the rows before or after it.

    Where all are rows already, the first has a step if there are rows to be taken off.
    """
    wanted = newest(graph, names)[0]
    listed = [name for name in dict.fromkeys(names) if name in wanted]
    targets = [name for name in listed if name not in rows]
    older = _nearest(targets, graph.before)
    # Also of those that are no rows, as another one needs them.
    newer = _nearest([*targets, *names], graph.after)
    gone: dict[str, list[str]] = {name: [] for name in targets or listed[:1]}
    for row in rows:
        owner = older.get(row) or newer.get(row)
        if owner is not None and row not in wanted:
            gone[owner if owner in gone else next(iter(gone))].append(row)
    steps = []
    for name, taken_off in gone.items():
        if name in rows and not taken_off:
            continue
        source = tuple(taken_off)
        is_upgrade = all(row in older for row in source)
        changes = _Changes.between((*source, name) if name in rows else source, (name,))
        steps.append(Step("stamp", graph[name], source, (name,), is_upgrade, *changes))
    return steps


def _rows_after(rows: tuple[str, ...], steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the rows after all steps; :meth:`Step.applied_to` would copy them for each."""
    now = dict.fromkeys(rows)
    for step in steps:
        for row in step.delete if step.update is None else (*step.delete, step.update[0]):
            now.pop(row, None)
        now.update(dict.fromkeys(step.destination))
    return tuple(now)


def _nearest(names: Iterable[str], neighbours: Callable[[str], tuple[str, ...]]) -> dict[str, str]:
    """Return what can be reached, each with the first of *names* from which it can."""
    found: dict[str, str] = {}
    for name in names:
        stack = [name]
        while stack:
            here = stack.pop()
            if here not in found:
                found[here] = name
                stack += neighbours(here)
    return found
