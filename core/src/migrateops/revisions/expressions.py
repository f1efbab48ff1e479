"""The texts that name revisions: ``head``, ``label@head``, ``ae1+2``, ``-1``, ``a:b``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from migrateops import errors
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision

# `int` refuses thousands of digits with an error of its own.
_FORM = re.compile(r"(?:(?P<branch>[^@+:-]+)@)?(?P<symbol>[^@+:-]+)?(?P<offset>[+-]\d{1,99})?")


class Expression(NamedTuple):
    """One name of a revision, taken apart.

    Attributes:
        text: As given.
        branch: What stands before ``@``: a label or a revision.
        symbol: ``head``, ``heads``, ``base``, ``current``, an id, the start of one, or a label;
            None for a bare offset.
        offset: Revisions to count from there, towards the heads if positive.
    """

    text: str
    branch: str | None = None
    symbol: str | None = None
    offset: int = 0


def parse(text: str) -> Expression:
    """Take apart one expression.

    Raises:
        MalformedExpression: It has none of the forms.
        UnexpectedRange: It is a range.
    """
    text = text.strip()
    if text.count(":") == 1:
        raise errors.revisions.UnexpectedRange(text)
    match = _FORM.fullmatch(text)
    if match is None or not (match["symbol"] or match["offset"]):
        raise errors.revisions.MalformedExpression(text)
    return Expression(text, match["branch"], match["symbol"], int(match["offset"] or 0))


def split_range(text: str) -> tuple[str, str] | None:
    """Return both ends of ``start:end``, either of which may be empty, or None if it is no range.

    Raises:
        MalformedExpression: There is more than one colon.
    """
    if ":" not in text:
        return None
    if text.count(":") > 1:
        raise errors.revisions.MalformedExpression(text)
    start, _, end = text.partition(":")
    return start.strip(), end.strip()


def names_head(text: str, *, counts_from_head: bool = False) -> bool:
    """Return whether an expression or a range says ``head`` or ``heads``.

    Args:
        text: What was given; it may be malformed.
        counts_from_head: Whether an offset without a symbol counts from there, and so says it too.
    """
    return any(
        match["symbol"] in ("head", "heads")
        or (counts_from_head and match["symbol"] is None and match["offset"] is not None)
        for match in _expressions_in(text)
    )


def names_current(text: str) -> bool:
    """Return whether an expression or a range says ``current``, which only the database knows.

    Args:
        text: What was given; it may be malformed.
    """
    return any(match["symbol"] == "current" for match in _expressions_in(text))


def _expressions_in(text: str) -> Iterator[re.Match[str]]:
    return filter(None, (_FORM.fullmatch(part.strip()) for part in re.split("[:,]", text)))


def as_ids(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return revision ids or expressions as a tuple; None is none of them."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def resolve(
    graph: RevisionGraph, text: str, current: Collection[str] | None = None
) -> tuple[Revision | None, ...]:
    """Return the revisions that an expression stands for; None in the result is the base.

    ``heads`` are those that nothing depends on.  An offset without a symbol counts from
    *current*; where that is not known, back from each of ``heads``.

    Args:
        graph: Where to look.
        text: One expression, no range.
        current: Version rows, for ``current`` and for offsets; None if not known.

    Raises:
        RevisionError: It has no form, or stands for nothing, or for more than it may.
    """
    expression = parse(text)
    if current is not None:
        current = known_rows(graph, current)
    if not expression.offset:
        return _resolve_symbol(graph, expression, current)
    if expression.symbol is None and current is None and expression.offset < 0:
        heads = _resolve_symbol(graph, expression._replace(symbol="heads", offset=0), None)
        found = (walk(graph, expression, head) for head in heads)
        return tuple({revision and revision.revision: revision for revision in found}.values())
    return (walk(graph, expression, _start(graph, expression, current)),)


def resolve_one(graph: RevisionGraph, text: str, current: Collection[str] | None = None) -> Revision | None:
    """Return the one revision that an expression stands for, or None for the base.

    Raises:
        MultipleHeads: It stands for several.
        RevisionError: As :func:`resolve`.
    """
    found = resolve(graph, text, current)
    if len(found) > 1:
        raise errors.revisions.MultipleHeads(
            tuple(revision.revision for revision in found if revision is not None)
        )
    return found[0] if found else None


def known_rows(graph: RevisionGraph, current: Iterable[str]) -> tuple[str, ...]:
    """Return version rows, each once.

    Raises:
        VersionRowNotText: A driver made something else of one.
        UnknownVersionRow: The graph does not have one of them.
    """
    rows = tuple(dict.fromkeys(current))
    for row in rows:
        if not isinstance(row, str):
            raise errors.revisions.VersionRowNotText(repr(row), type(row).__name__)
        if row not in graph:
            raise errors.revisions.UnknownVersionRow(row)
    return rows


def walk(graph: RevisionGraph, expression: Expression, start: Revision | None) -> Revision | None:
    """Count the expression's offset from *start* along ``down_revision``; None is the base.

    Raises:
        AmbiguousWalk: There is more than one way.
        RelativeTooFar: There is no revision that far.
    """
    lineage = None if expression.branch is None else graph.lineage(graph.get(expression.branch).revision)
    step = 1 if expression.offset > 0 else -1
    here = start
    for count in range(abs(expression.offset)):
        ways: tuple[str | None, ...]
        if here is None:
            ways = graph.bases if step > 0 else ()
        elif step > 0:
            ways = graph.children(here.revision)
        else:
            ways = here.down_revisions or (None,)
        if lineage is not None:
            ways = tuple(way for way in ways if way is None or way in lineage)
        if not ways:
            raise errors.revisions.RelativeTooFar(
                expression.text, "base" if start is None else start.revision, count
            )
        way, *others = ways
        if others:
            raise errors.revisions.AmbiguousWalk(
                expression.text, tuple(way for way in ways if way is not None)
            )
        here = None if way is None else graph[way]
    return here


def tips(graph: RevisionGraph, branch: str, current: Collection[str]) -> tuple[str, ...]:
    """Return the newest applied revisions on a branch.

    Args:
        graph: Where to look.
        branch: A label or a revision.
        current: Version rows.
    """
    lineage = graph.lineage(graph.get(branch).revision)
    rows = tuple(name for name in current if name in lineage)
    if rows:
        return rows
    # The branch's newest revision may be hidden behind one of another branch.
    applied = graph.ancestors(current) & lineage
    return tuple(name for name in graph.sorted(applied) if applied.isdisjoint(graph.children(name)))


def _start(graph: RevisionGraph, expression: Expression, current: Collection[str] | None) -> Revision | None:
    if expression.symbol is None:
        if current is None:
            raise errors.revisions.CurrentNotKnown(expression.text)
        return _only(graph, expression, current)
    found = _resolve_symbol(graph, expression._replace(offset=0), current)
    if len(found) > 1:
        raise errors.revisions.AmbiguousWalk(
            expression.text, tuple(revision.revision for revision in found if revision is not None)
        )
    return found[0] if found else None


def _only(graph: RevisionGraph, expression: Expression, current: Collection[str]) -> Revision | None:
    starts = tuple(current) if expression.branch is None else tips(graph, expression.branch, current)
    if len(starts) > 1:
        raise errors.revisions.AmbiguousWalk(expression.text, starts)
    return graph[starts[0]] if starts else None


def _resolve_symbol(
    graph: RevisionGraph, expression: Expression, current: Collection[str] | None
) -> tuple[Revision | None, ...]:
    branch = expression.branch
    match expression.symbol:
        case "head":
            return _head(graph, branch)
        case "heads":
            return _heads(graph, graph.effective_heads if branch is None else graph.heads, branch)
        case "base":
            if branch is not None:
                graph.get(branch)  # before the branch's first revision there is only the base
            return (None,)
        case "current":
            if current is None:
                raise errors.revisions.CurrentNotKnown(expression.text)
            rows = current if branch is None else tips(graph, branch, current)
            return tuple(graph[name] for name in rows) or (None,)
        case str(given):
            return (graph.get(given, branch),)
        case None:
            raise errors.revisions.MalformedExpression(expression.text)


def _head(graph: RevisionGraph, branch: str | None) -> tuple[Revision | None, ...]:
    heads = _heads(graph, graph.heads, branch)
    if len(heads) > 1:
        raise errors.revisions.MultipleHeads(
            tuple(head.revision for head in heads if head is not None), branch
        )
    return heads


def _heads(graph: RevisionGraph, heads: Iterable[str], branch: str | None) -> tuple[Revision | None, ...]:
    if branch is not None:
        after = graph.descendants([graph.get(branch).revision], dependencies=False)
        heads = [name for name in heads if name in after]
    return tuple(graph[name] for name in heads)
