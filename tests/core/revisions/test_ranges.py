"""What a range lists."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.history import RangeNeeded, RangeNotConnected
from migrateops.errors.revisions import (
    AmbiguousWalk,
    CurrentNotKnown,
    MalformedExpression,
    MultipleHeads,
    RelativeTooFar,
    RevisionNotFound,
)
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.ranges import between, in_range
from migrateops.revisions.revision import Revision
from tests.core.revisions.random_graphs import closure, graphs, lineage, needed, parents

LINE = RevisionGraph([Revision("r1"), *(Revision(f"r{i}", f"r{i - 1}") for i in range(2, 7))])
# Two branches with labels, which are joined; and a revision of its own that needs one of them.
JOINED = RevisionGraph(
    [
        Revision("root"),
        Revision("l1", "root", ("left",)),
        Revision("l2", "l1"),
        Revision("r1", "root", ("right",)),
        Revision("join", ("l2", "r1")),
        Revision("own", None, (), ("l1",)),
    ]
)
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def listed(graph: RevisionGraph, text: str, current: list[str] | None = None) -> list[str]:
    return [revision.revision for revision in in_range(graph, text, current)]


def test_between() -> None:
    found = [one.revision for one in between(LINE, ["r2"], ["r4"])]
    assert found == ["r4", "r3", "r2"]
    assert [one.revision for one in between(LINE, ["r2"], ["r4"], inclusive=False)] == ["r4", "r3"]
    assert [one.revision for one in between(LINE, [], ["r2"])] == ["r2", "r1"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (":", "r6", "r1"),
        ("r3:", "r6", "r3"),
        (":r3", "r3", "r1"),
        ("r2:r4", "r4", "r2"),
        ("r3:r3", "r3", "r3"),
        ("base:r2", "r2", "r1"),
        ("r2:heads", "r6", "r2"),
        ("head:", "r6", "r6"),
        ("-3:", "r6", "r3"),
        ("-3:head", "r6", "r3"),
        ("-3:r5", "r5", "r2"),
        ("-9:", "r6", "r1"),
        ("-9:r2", "r2", "r1"),
        (":-2", "r4", "r1"),
        ("-1:-1", "r5", "r4"),
        ("r2:+2", "r4", "r2"),
        (":+2", "r2", "r1"),
        ("head-2:", "r6", "r4"),
        ("r3-1:r3+1", "r4", "r2"),
        ("current:", "r6", "r4"),
        (":current", "r4", "r1"),
        ("-2:current", "r4", "r2"),
        ("current-1:current+1", "r5", "r3"),
    ],
)
def test_a_range(text: str, first: str, last: str) -> None:
    found = listed(LINE, text, ["r4"])
    assert (found[0], found[-1]) == (first, last)
    assert found == [f"r{number}" for number in range(int(first[1]), int(last[1]) - 1, -1)]


def test_what_the_database_is_at_does_not_change_a_range_without_current() -> None:
    for text in ("-3:", ":-2", "-3:head", ":+2", "head-2:"):
        assert listed(LINE, text, ["r4"]) == listed(LINE, text)


def test_ranges_that_list_nothing() -> None:
    assert listed(LINE, ":base") == []
    assert listed(LINE, ":current", []) == []
    assert listed(RevisionGraph(), "-3:") == []


def test_branches() -> None:
    assert set(listed(JOINED, "-1:")) == {"join", "l2", "r1", "own"}, "back from all heads, by all ways"
    assert set(listed(JOINED, "left@-1:")) == {"join", "l2"}
    assert set(listed(JOINED, "left@-2:")) == {"join", "l2", "l1"}
    assert set(listed(JOINED, "left@-1:l2")) == {"l2", "l1"}
    assert set(listed(JOINED, "l1:join")) == {"join", "l2", "l1"}
    assert set(listed(JOINED, ":join")) == {"join", "l2", "l1", "r1", "root"}
    assert set(listed(JOINED, "l1:")) == {"join", "l2", "l1", "own"}, "what depends on it comes after it too"
    assert set(listed(JOINED, "root:left@head")) == {"join", "l2", "l1", "r1", "root"}


@pytest.mark.parametrize(
    ("graph", "text", "error"),
    [
        (LINE, "r3", RangeNeeded),
        (LINE, "r1:r2:r3", MalformedExpression),
        (LINE, "-1:+1", MalformedExpression),
        (LINE, "r4:r2", RangeNotConnected),
        (LINE, "r4:base", RangeNotConnected),
        (LINE, "gone:", RevisionNotFound),
        (LINE, "current:", CurrentNotKnown),
        (LINE, "+1:", CurrentNotKnown),
        (LINE, "r5:+2", RelativeTooFar),
        (LINE, ":-9", RelativeTooFar),
        (JOINED, ":head", MultipleHeads),
        (JOINED, "r1:l2", RangeNotConnected),
        (JOINED, "root:+1", AmbiguousWalk),
    ],
)
def test_errors(graph: RevisionGraph, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        listed(graph, text)


@untimed
@given(graphs(), st.data())
def test_between_is_what_one_end_needs_and_needs_the_other(graph: RevisionGraph, data: st.DataObject) -> None:
    lower, upper = (data.draw(st.sampled_from(sorted(graph.nodes))) for _ in range(2))
    expected = {name for name in closure([upper], needed(graph)) if lower in closure([name], needed(graph))}
    if not expected:
        with pytest.raises(RangeNotConnected) as caught:
            between(graph, [lower], [upper])
        assert (caught.value.start, caught.value.end) == (lower, upper)
        return
    found = [revision.revision for revision in between(graph, [lower], [upper])]
    assert set(found) == expected
    assert found == graph.sorted(found)[::-1]


@untimed
@given(graphs(40), st.integers(1, 5), st.data())
def test_a_start_that_counts_back(graph: RevisionGraph, count: int, data: st.DataObject) -> None:
    branch = data.draw(st.none() | st.sampled_from(sorted(graph.nodes)))
    inside = set(graph.nodes) if branch is None else lineage(graph, branch)
    expected = set(graph.heads) & inside
    for _ in range(count):
        expected |= {down for name in expected for down in parents(graph)(name)} & inside
    text = f"-{count}:" if branch is None else f"{branch}@-{count}:"
    assert set(listed(graph, text)) == expected
