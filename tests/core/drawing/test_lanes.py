"""The arrangement: lines lead where they should, touch nothing else, and cost what they must."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings

from migrateops.drawing.lanes import Edge, Layout, Place, Point, arrange
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from tests.core.drawing.histories import edges_of, histories

untimed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def arranged(revisions: list[Revision]) -> Layout:
    graph = RevisionGraph(revisions)
    return arrange(
        [
            Place(one.revision, graph.parents(one.revision), graph.dependencies(one.revision))
            for one in reversed(revisions)
        ]
    )


def covered(edge: Edge) -> set[Point]:
    """Return the places between the ends of a line that it runs through."""
    found = set(edge.points[1:-1])
    for (row, lane), (end, other) in pairwise(edge.points):
        if lane == other:
            found |= {(between, lane) for between in range(row + 1, end)}
    return found


@untimed
@given(histories())
def test_every_edge_has_one_line_that_ends_where_it_leads(revisions: list[Revision]) -> None:
    layout = arranged(revisions)
    found = sorted((edge.source, edge.target, edge.is_dependency) for edge in layout.edges)
    assert found == edges_of(revisions)
    places = {row.name: (number, row.lane) for number, row in enumerate(layout.rows)}
    for edge in layout.edges:
        assert edge.points[0] == places[edge.source]
        if edge.points[-1] != places[edge.target]:
            same = [one for one in layout.edges if one.target == edge.target and one is not edge]
            assert any(edge.points[-1] in covered(one) for one in same)
            assert edge.points[-1][0] < places[edge.target][0]


@untimed
@given(histories())
def test_no_line_runs_over_a_revision_or_in_the_lane_of_another(revisions: list[Revision]) -> None:
    layout = arranged(revisions)
    taken = {(number, row.lane): row.name for number, row in enumerate(layout.rows)}
    for edge in layout.edges:
        for place in covered(edge):
            assert place not in taken, f"{edge.source} -> {edge.target} runs over {taken[place]}"
            taken[place] = f"{edge.source} -> {edge.target}"
    # A line that is joined at once has had a lane for no more than a moment.
    assert layout.width > max(lane for _, lane in taken)


def calls(revisions: list[Revision]) -> int:
    """Return how many Python functions are called to arrange a history, generators resumed included."""
    graph = RevisionGraph(revisions)
    places = [
        Place(one.revision, graph.parents(one.revision), graph.dependencies(one.revision))
        for one in reversed(graph)
    ]
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    # A collection calls functions of its own.
    gc.disable()
    sys.setprofile(profile)
    try:
        arrange(places)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


def linear(size: int) -> list[Revision]:
    return [Revision(f"r{n}", f"r{n - 1}" if n else None) for n in range(size)]


def with_merges(size: int) -> list[Revision]:
    """Return a history in which each twentieth revision merges a branch of one."""
    found: list[Revision] = [Revision("r0")]
    for n in range(1, size):
        down: dict[int, str | tuple[str, ...]] = {18: f"r{n - 2}", 19: (f"r{n - 1}", f"r{n - 2}")}
        found.append(Revision(f"r{n}", down.get(n % 20, f"r{n - 1}")))
    return found


@pytest.mark.parametrize("history", [linear, with_merges])
def test_twice_the_revisions_are_twice_the_work(history: Callable[[int], list[Revision]]) -> None:
    counts = [calls(history(size)) for size in (1000, 2000, 3000)]
    assert counts[2] - counts[1] == counts[1] - counts[0] > 0
    assert counts[0] < 20 * 1000


def test_lines_to_what_is_not_drawn_are_left_out() -> None:
    layout = arrange([Place("c", ("b", "elsewhere"), ("far",)), Place("b", ("a",))])
    assert [(edge.source, edge.target) for edge in layout.edges] == [("c", "b")]
    assert layout.width == 1


def test_nothing() -> None:
    assert arrange([]) == Layout((), (), 0)
