"""The work grows with the history, not with its square: instructions are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import migrateops.revisions
from migrateops.revisions.expressions import resolve
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.ranges import in_range
from migrateops.revisions.revision import Revision
from migrateops.revisions.sound import sound_part
from migrateops.revisions.walk import downgrade_path, pending, stamp_steps, upgrade_path

_COUNTED = str(Path(migrateops.revisions.__file__).parent)
_SMALL, _LARGE = 1000, 2000


def work(function: Callable[[], object]) -> int:
    """Return how many bytecode instructions the modules of ``migrateops.revisions`` execute in a call."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "call":
            if not frame.f_code.co_filename.startswith(_COUNTED):
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def name(number: int) -> str:
    return f"{number * 7919 % 1000003:06x}{number:05}"


def linear(size: int) -> list[Revision]:
    return [Revision(name(i), name(i - 1) if i else None) for i in range(size)]


def merging(size: int) -> list[Revision]:
    """Return a history of which every 20th revision joins a branch of ten to the other nine."""
    found = [Revision(name(0))]
    for i in range(1, size):
        place = i % 20
        if place == 11 and i > 11:
            found.append(Revision(name(i), name(i - 11)))
        elif place == 0:
            found.append(Revision(name(i), (name(i - 1), name(i - 10))))
        else:
            found.append(Revision(name(i), name(i - 1)))
    return found


def labelled(size: int) -> list[Revision]:
    """Return a line with a label on every other revision."""
    return [
        Revision(name(i), name(i - 1) if i else None, (f"label{i}",) if i % 2 else ()) for i in range(size)
    ]


def branching(size: int) -> list[Revision]:
    """Return as many branches, each with a label, as they are long together."""
    found = [Revision(name(0))]
    for i in range(1, size):
        down = name(0) if i % 2 else name(i - 1)
        found.append(Revision(name(i), down, (f"label{i}",) if i % 2 else ()))
    return found


def depending(size: int) -> list[Revision]:
    """Return two lines; each revision of one depends on two of the other, by label or start of an id."""
    half = size // 2
    first = [Revision(name(i), name(i - 1) if i else None, (f"label{i}",)) for i in range(half)]
    second = [
        Revision(
            name(half + i),
            name(half + i - 1) if i else None,
            (),
            (f"label{i}" if i % 2 else name(i)[:-1], name(i // 2)),
        )
        for i in range(half)
    ]
    return first + second


def octopus(size: int) -> list[Revision]:
    """Return one merge of all the others, each a base."""
    bases = tuple(name(i) for i in range(size - 1))
    return [*(Revision(base) for base in bases), Revision(name(size - 1), bases)]


SHAPES = {shape.__name__: shape for shape in (linear, merging, labelled, branching, depending, octopus)}


def listed(graph: RevisionGraph) -> list[object]:
    """Ask what ``history`` asks of each revision."""
    questions = (
        graph.labels_of,
        graph.is_head,
        graph.is_branch_point,
        graph.dependencies,
        graph.after,
    )
    return [ask(identifier) for identifier in graph.ids() for ask in questions]


JOBS: dict[str, Callable[[RevisionGraph], object]] = {
    "build": lambda graph: RevisionGraph(list(graph)),
    "list": listed,
    "upgrade": lambda graph: upgrade_path(graph, [], "heads"),
    "downgrade": lambda graph: downgrade_path(graph, graph.effective_heads, "base"),
    "one branch": lambda graph: upgrade_path(graph, [], f"{graph.heads[0]}@head"),
    "stamp": lambda graph: stamp_steps(graph, [], "heads"),
    "stamp back": lambda graph: stamp_steps(graph, graph.effective_heads, graph.bases[0]),
    "stamp over": lambda graph: stamp_steps(graph, graph.bases, "heads"),
    "range": lambda graph: list(in_range(graph, f"{graph.bases[0]}:")),
    "last": lambda graph: list(in_range(graph, "-2000:")),
    "current": lambda graph: resolve(graph, f"{graph.bases[0]}@current", graph.effective_heads),
    "broken": lambda graph: sound_part([*graph, Revision("lost", "gone")]),
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("shape", SHAPES)
def test_growth_is_linear(shape: str, job: str) -> None:
    small, large = (RevisionGraph(SHAPES[shape](size)) for size in (_SMALL, _LARGE))
    first, second = work(lambda: JOBS[job](small)), work(lambda: JOBS[job](large))
    # A logarithm (sorting) is a tenth here.
    assert second <= 2.25 * first + 1000, f"{first} instructions for {_SMALL}, {second} for {_LARGE}"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_database_at_the_heads_costs_the_same_after_any_history(shape: str) -> None:
    small, large = (RevisionGraph(SHAPES[shape](size)) for size in (_SMALL, _LARGE))
    first = work(lambda: pending(small, small.effective_heads, small.effective_heads))
    second = work(lambda: pending(large, large.effective_heads, large.effective_heads))
    assert second <= 1.1 * first * len(large.effective_heads) / len(small.effective_heads)


@pytest.mark.parametrize("rows", [["head"], ["head-2"]])
def test_no_more_is_walked_than_is_pending(rows: list[str]) -> None:
    counts = []
    for size in (_SMALL, _LARGE):
        graph = RevisionGraph(linear(size))
        (at,) = resolve(graph, rows[0])
        assert at is not None
        counts.append(work(partial(upgrade_path, graph, [at.revision], "head")))
    assert counts[0] == counts[1]


def test_a_partial_id_is_found_in_steps_that_do_not_count_the_ids() -> None:
    counts = []
    for size in (_SMALL, 16 * _SMALL):
        graph = RevisionGraph(linear(size))
        given = name(size // 2)[:-1]
        graph.get(given)  # sorts the ids, once
        counts.append(work(partial(graph.get, given)))
    assert counts[1] <= 2 * counts[0]


def test_the_counting_sees_a_square() -> None:
    def square(graph: RevisionGraph) -> None:
        for identifier in graph.ids():
            graph.ancestors([identifier])

    small, large = (RevisionGraph(linear(size)) for size in (50, 100))
    assert work(lambda: square(large)) > 3 * work(lambda: square(small))
