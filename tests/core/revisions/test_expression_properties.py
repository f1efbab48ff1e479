"""Every form of an expression on random graphs, compared with what it means, computed from scratch."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.revisions import RevisionError
from migrateops.revisions.expressions import resolve
from migrateops.revisions.graph import RevisionGraph
from tests.core.revisions.random_graphs import closure, effective_heads, graphs, lineage, needed, parents

Found = set[str | None] | None
"""What an expression stands for: ids, None among them for the base; None where it is an error."""

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def found(graph: RevisionGraph, text: str, rows: Iterable[str] | None = None) -> Found:
    try:
        answer = resolve(graph, text, None if rows is None else list(rows))
    except RevisionError:
        return None
    return {None if revision is None else revision.revision for revision in answer}


class Naive:
    """The meaning of each form, written down without regard to speed."""

    def __init__(self, graph: RevisionGraph, rows: set[str] | None) -> None:
        self.graph = graph
        self.rows = rows
        self.ids = set(graph.nodes)
        self.heads = self.ids - {down for name in self.ids for down in parents(graph)(name)}

    def name(self, given: str, inside: set[str]) -> Found:
        if given in self.ids:
            matches = {given}
        elif given in self.graph.labels:
            matches = {self.graph.labels[given]}
        else:
            matches = {name for name in self.ids if len(name) > 3 and name.startswith(given)}
        matches &= inside
        return set(matches) if len(matches) == 1 else None

    def symbol(self, symbol: str, branch: str | None) -> Found:
        inside = self.ids
        if branch is not None:
            anchor = self.name(branch, self.ids)
            if anchor is None:
                return None
            (one,) = anchor
            assert one is not None
            inside = lineage(self.graph, one)
        if symbol == "base":
            return {None}
        if symbol == "head":
            heads = self.heads & inside
            return set(heads) if len(heads) == 1 else None
        if symbol == "heads":
            return set(self.heads & inside if branch else self.heads & effective_heads(self.graph, self.ids))
        if symbol == "current":
            return self.current(inside, branch)
        return self.name(symbol, inside)

    def current(self, inside: set[str], branch: str | None) -> Found:
        if self.rows is None:
            return None
        if branch is None:
            return set(self.rows) or {None}
        tips = self.rows & inside
        if not tips:
            applied = closure(self.rows, needed(self.graph)) & inside
            tips = applied - {down for name in applied for down in parents(self.graph)(name)}
        return set(tips) or {None}

    def counted(self, symbol: str | None, offset: int, branch: str | None) -> Found:
        if symbol is None and self.rows is None:
            # Back from each head; nothing says where to count forward from.
            starts = self.symbol("heads", branch)
            if offset > 0 or starts is None:
                return None
            found = [self.walked(start, offset, branch) for start in starts]
            return None if None in found else {name for one in found if one is not None for name in one}
        starts = self.symbol(symbol or "current", branch)
        if starts is None or len(starts) != 1:
            return None
        (start,) = starts
        return self.walked(start, offset, branch)

    def walked(self, here: str | None, offset: int, branch: str | None) -> Found:
        inside = self.ids
        if branch is not None:
            (anchor,) = self.name(branch, self.ids) or {None}
            assert anchor is not None
            inside = lineage(self.graph, anchor)
        for _ in range(abs(offset)):
            ways = self.forward(here) & inside if offset > 0 else self.back(here, inside)
            if len(ways) != 1:
                return None
            (here,) = ways
        return {here}

    def forward(self, here: str | None) -> set[str]:
        if here is None:
            return {name for name in self.ids if not parents(self.graph)(name)}
        return {name for name in self.ids if here in parents(self.graph)(name)}

    def back(self, here: str | None, inside: set[str]) -> set[str | None]:
        if here is None:
            return set()
        downs = set(parents(self.graph)(here))
        return set(downs & inside) if downs else {None}


@st.composite
def questions(draw: st.DrawFn) -> tuple[RevisionGraph, set[str] | None, str | None, str | None, int]:
    graph = draw(graphs(40))
    ids = sorted(graph.nodes)
    rows = None
    if draw(st.booleans()):
        applied = closure(draw(st.lists(st.sampled_from(ids), max_size=3)), needed(graph))
        rows = effective_heads(graph, applied)
    name = st.sampled_from([*ids, *graph.labels])
    start = st.builds(lambda one, length: one[:length], st.sampled_from(ids), st.integers(1, 9))
    branch = draw(st.none() | name | start)
    symbol = draw(st.sampled_from(["head", "heads", "base", "current"]) | name | start)
    return graph, rows, branch, symbol, draw(st.integers(-4, 4))


@untimed
@given(questions())
def test_a_symbol(question: tuple[RevisionGraph, set[str] | None, str | None, str, int]) -> None:
    graph, rows, branch, symbol, _ = question
    text = symbol if branch is None else f"{branch}@{symbol}"
    expected = Naive(graph, rows).symbol(symbol, branch)
    assert found(graph, text, rows) == expected


@untimed
@given(questions(), st.booleans())
def test_an_offset(question: tuple[RevisionGraph, set[str] | None, str | None, str, int], bare: bool) -> None:
    graph, rows, branch, symbol, offset = question
    if not offset:
        return
    start = "" if bare else symbol
    text = f"{start}{offset:+}" if branch is None else f"{branch}@{start}{offset:+}"
    expected = Naive(graph, rows).counted(None if bare else symbol, offset, branch)
    assert found(graph, text, rows) == expected
