"""Walks: after each step the version rows are the newest applied revisions, computed from scratch."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.revisions import (
    AmbiguousWalk,
    MultipleHeads,
    NotApplied,
    RelativeTooFar,
    RevisionError,
    UnexpectedRange,
    UnknownVersionRow,
    WrongDirection,
)
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from migrateops.revisions.walk import (
    Step,
    between,
    downgrade_path,
    newest,
    pending,
    stamp_steps,
    upgrade_path,
)

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rev(
    name: str,
    down: str | tuple[str, ...] | None = None,
    *,
    labels: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
) -> Revision:
    return Revision(name, down, labels, needs)


def changes(steps: Iterable[Step]) -> list[tuple[object, ...]]:
    """Return each step as what it runs and what it writes."""
    return [
        (None if step.revision is None else step.revision.revision, step.insert, step.delete, step.update)
        for step in steps
    ]


def names(steps: Iterable[Step]) -> list[str]:
    return [step.revision.revision for step in steps if step.revision is not None]


LINEAR = RevisionGraph([rev("a1"), rev("a2", "a1"), rev("a3", "a2")])
DIAMOND = RevisionGraph(
    [
        rev("root"),
        rev("l1", "root", labels=("left",)),
        rev("l2", "l1"),
        rev("r1", "root", labels=("right",)),
        rev("join", ("l2", "r1")),
    ]
)
# Two bases; b2 depends on a1.
TWO = RevisionGraph(
    [
        rev("a1", labels=("a",)),
        rev("a2", "a1"),
        rev("b1", labels=("b",)),
        rev("b2", "b1", needs=("a1",)),
        rev("b3", "b2"),
    ]
)


def test_linear_upgrade_updates_one_row() -> None:
    assert changes(upgrade_path(LINEAR, [], "head")) == [
        ("a1", ("a1",), (), None),
        ("a2", (), (), ("a1", "a2")),
        ("a3", (), (), ("a2", "a3")),
    ]
    assert upgrade_path(LINEAR, ["a3"], "head") == []
    assert upgrade_path(LINEAR, ["a3"], "a1") == [], "what is applied already is no fault"


def test_branch_and_merge() -> None:
    assert changes(upgrade_path(DIAMOND, ["root"], "head")) == [
        ("l1", (), (), ("root", "l1")),
        ("l2", (), (), ("l1", "l2")),
        ("r1", ("r1",), (), None),
        ("join", (), ("r1",), ("l2", "join")),
    ]
    assert changes(downgrade_path(DIAMOND, ["join"], "root")) == [
        ("join", ("r1",), (), ("join", "l2")),
        ("r1", (), ("r1",), None),
        ("l2", (), (), ("l2", "l1")),
        ("l1", (), (), ("l1", "root")),
    ]


def test_what_is_depended_on_has_no_row_of_its_own() -> None:
    steps = upgrade_path(TWO, ["a1"], "b@head")
    assert changes(steps) == [
        ("b1", ("b1",), (), None),
        ("b2", (), ("a1",), ("b1", "b2")),
        ("b3", (), (), ("b2", "b3")),
    ]
    assert changes(upgrade_path(TWO, ["b3"], "a2")) == [("a2", ("a2",), (), None)]
    assert changes(downgrade_path(TWO, ["b3", "a2"], "a@a1")) == [("a2", (), ("a2",), None)]
    assert changes(downgrade_path(TWO, ["b3"], "b1")) == [
        ("b3", (), (), ("b3", "b2")),
        ("b2", ("a1",), (), ("b2", "b1")),
    ]


def test_dependencies_come_first() -> None:
    assert names(upgrade_path(TWO, [], "b@head")) == ["a1", "b1", "b2", "b3"]


def test_downgrade_of_a_branch_takes_down_what_depends_on_it() -> None:
    steps = downgrade_path(TWO, ["a2", "b3"], "a@base")
    assert sorted(names(steps)) == ["a1", "a2", "b2", "b3"]
    assert rows_after(["a2", "b3"], steps) == {"b1"}
    assert names(downgrade_path(TWO, ["a2", "b3"], "b@base")) == ["b3", "b2", "b1"]


def test_step_data() -> None:
    (up,) = upgrade_path(LINEAR, ["a1"], "a2")
    assert (up.kind, up.source, up.destination, up.is_upgrade) == ("upgrade", ("a1",), ("a2",), True)
    (down,) = downgrade_path(LINEAR, ["a2"], "a1")
    assert (down.kind, down.source, down.destination, down.is_upgrade) == (
        "downgrade",
        ("a2",),
        ("a1",),
        False,
    )


@pytest.mark.parametrize(
    ("rows", "target", "expected"),
    [
        ([], "+1", ["a1"]),
        (["a1"], "+1", ["a2"]),
        (["a1"], "+2", ["a2", "a3"]),
        (["a1"], "a1+2", ["a2", "a3"]),
        ([], "head-1", ["a1", "a2"]),
        ([], "base+1", ["a1"]),
        (["a1"], "heads", ["a2", "a3"]),
        (["a1"], "base", []),
        (["a1"], "current+1", ["a2"]),
    ],
)
def test_upgrade_targets(rows: list[str], target: str, expected: list[str]) -> None:
    assert names(upgrade_path(LINEAR, rows, target)) == expected


@pytest.mark.parametrize(
    ("rows", "target", "expected"),
    [
        (["a3"], "-1", ["a3"]),
        (["a3"], "-3", ["a3", "a2", "a1"]),
        (["a3"], "a2", ["a3"]),
        (["a3"], "a3-2", ["a3", "a2"]),
        (["a3"], "a1+1", ["a3"]),
        (["a3"], "base", ["a3", "a2", "a1"]),
        (["a3"], "head", []),
        ([], "base", []),
    ],
)
def test_downgrade_targets(rows: list[str], target: str, expected: list[str]) -> None:
    assert names(downgrade_path(LINEAR, rows, target)) == expected


def test_relative_steps_on_branches() -> None:
    assert names(upgrade_path(DIAMOND, ["root"], "left@+1")) == ["l1"]
    assert names(upgrade_path(DIAMOND, ["l1", "r1"], "left@+1")) == ["l2"]
    assert names(upgrade_path(DIAMOND, [], "left@+2")) == ["root", "l1"]
    assert names(upgrade_path(TWO, ["b2"], "a@+1")) == ["a2"], "the row of branch a is hidden behind b2"
    assert names(downgrade_path(DIAMOND, ["l2", "r1"], "left@-1")) == ["l2"]
    assert names(downgrade_path(DIAMOND, ["join"], "-1")) == ["join"], "a merge is left alone"
    assert names(downgrade_path(DIAMOND, ["l2", "r1"], "left@root")) == ["l2", "l1"]
    with pytest.raises(AmbiguousWalk) as rows:
        downgrade_path(DIAMOND, ["l2", "r1"], "-1")
    assert set(rows.value.choices) == {"l2", "r1"}
    with pytest.raises(AmbiguousWalk) as ways:
        upgrade_path(DIAMOND, ["root"], "+1")
    assert set(ways.value.choices) == {"l1", "r1"}
    with pytest.raises(AmbiguousWalk):
        upgrade_path(TWO, ["a1", "b1"], "+1")
    with pytest.raises(AmbiguousWalk):
        downgrade_path(DIAMOND, ["join"], "-2")


def test_counting_to_the_base_of_one_branch_leaves_the_others() -> None:
    assert names(downgrade_path(TWO, ["a1", "b1"], "b1-1")) == ["b1"]


@pytest.mark.parametrize(
    ("rows", "target", "error"),
    [
        (["a1"], "-1", WrongDirection),
        (["a1"], "+3", RelativeTooFar),
        (["gone"], "head", UnknownVersionRow),
        (["a1"], "a1:a2", UnexpectedRange),
    ],
)
def test_upgrade_errors(rows: list[str], target: str, error: type[RevisionError]) -> None:
    with pytest.raises(error):
        upgrade_path(LINEAR, rows, target)


@pytest.mark.parametrize(
    ("rows", "target", "error"),
    [
        (["a1"], "+1", WrongDirection),
        (["a1"], "-2", RelativeTooFar),
        ([], "-1", RelativeTooFar),
        (["a1"], "a2", NotApplied),
        (["gone"], "base", UnknownVersionRow),
    ],
)
def test_downgrade_errors(rows: list[str], target: str, error: type[RevisionError]) -> None:
    with pytest.raises(error):
        downgrade_path(LINEAR, rows, target)


def test_too_far_says_how_far() -> None:
    with pytest.raises(RelativeTooFar) as down:
        downgrade_path(LINEAR, ["a2"], "-4")
    assert (down.value.start, down.value.available) == ("a2", 2)
    with pytest.raises(RelativeTooFar) as up:
        upgrade_path(LINEAR, ["a1"], "+5")
    assert (up.value.start, up.value.available) == ("a1", 2)


def test_head_of_several() -> None:
    with pytest.raises(MultipleHeads) as caught:
        upgrade_path(TWO, [], "head")
    assert set(caught.value.heads) == {"a2", "b3"}
    assert upgrade_path(RevisionGraph(), [], "head") == []


# -------------------------------------------------------------------------------------- stamp


def test_stamp() -> None:
    assert changes(stamp_steps(LINEAR, [], "head")) == [("a3", ("a3",), (), None)]
    assert changes(stamp_steps(LINEAR, ["a1"], "a3")) == [("a3", (), (), ("a1", "a3"))]
    assert changes(stamp_steps(LINEAR, ["a3"], "a1")) == [("a1", (), (), ("a3", "a1"))]
    assert stamp_steps(LINEAR, ["a3"], "a3") == []
    assert changes(stamp_steps(LINEAR, ["a3"], "base")) == [(None, (), ("a3",), None)]
    assert stamp_steps(LINEAR, [], "base") == []
    assert changes(stamp_steps(DIAMOND, ["l2", "r1"], "join")) == [("join", (), ("r1",), ("l2", "join"))]
    assert changes(stamp_steps(TWO, [], "heads")) == [("a2", ("a2",), (), None), ("b3", ("b3",), (), None)]
    assert changes(stamp_steps(TWO, ["a2", "b1"], "a@base")) == [(None, (), ("a2",), None)]
    assert changes(stamp_steps(TWO, ["a1", "b1"], "b2")) == [("b2", (), ("b1",), ("a1", "b2"))]
    assert changes(stamp_steps(TWO, ["a1"], ["b1"])) == [("b1", ("b1",), (), None)]
    (step,) = stamp_steps(LINEAR, ["a1"], "a3")
    assert (step.kind, step.source, step.destination, step.is_upgrade) == ("stamp", ("a1",), ("a3",), True)
    (step,) = stamp_steps(LINEAR, ["a3"], "a1")
    assert not step.is_upgrade


# ---------------------------------------------------------------------------------- properties


def rows_after(rows: Iterable[str], steps: Iterable[Step]) -> set[str]:
    """Apply the written changes; each must fit the rows that are there."""
    now = set(rows)
    for step in steps:
        before = frozenset(now)
        if step.update is not None:
            assert step.update[0] in now
            assert step.update[1] not in now
            now.remove(step.update[0])
            now.add(step.update[1])
        assert now.issuperset(step.delete)
        assert now.isdisjoint(step.insert)
        now.difference_update(step.delete)
        now.update(step.insert)
        assert set(step.applied_to(before)) == now
    return now


def effective_heads(graph: RevisionGraph, applied: set[str]) -> set[str]:
    """Compute the rows from their definition."""
    hidden = {before for name in applied for before in (*graph[name].down_revisions, *graph[name].depends_on)}
    return applied - hidden


def closure(graph: RevisionGraph, rows: Iterable[str]) -> set[str]:
    found: set[str] = set()
    stack = list(rows)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += [*graph[name].down_revisions, *graph[name].depends_on]
    return found


@st.composite
def graphs(draw: st.DrawFn, largest: int = 60) -> RevisionGraph:
    revisions: list[Revision] = []
    for number in range(draw(st.integers(1, largest))):
        earlier = st.lists(
            st.integers(max(0, number - 8), max(0, number - 1)).map("r{:03}".format), max_size=3, unique=True
        )
        down = tuple(draw(earlier)) if number else ()
        needs = tuple(draw(earlier)) if number and draw(st.integers(0, 3)) == 0 else ()
        revisions.append(
            Revision(
                f"r{number:03}",
                down if len(down) > 1 else down[0] if down else None,
                (f"label{number}",) if draw(st.integers(0, 9)) == 0 else (),
                needs,
            )
        )
    return RevisionGraph(draw(st.permutations(revisions)))


@st.composite
def situations(draw: st.DrawFn) -> tuple[RevisionGraph, set[str], str]:
    graph = draw(graphs())
    ids = sorted(graph.nodes)
    applied = closure(graph, draw(st.lists(st.sampled_from(ids), max_size=4)))
    return graph, applied, draw(st.sampled_from(ids))


@untimed
@given(situations())
def test_upgrade_property(situation: tuple[RevisionGraph, set[str], str]) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    steps = upgrade_path(graph, rows, target)
    assert set(names(steps)) == closure(graph, [target]) - applied
    now = set(applied)
    current = rows
    for step in steps:
        assert step.revision is not None
        assert now.issuperset([*step.revision.down_revisions, *step.revision.depends_on])
        current = rows_after(current, [step])
        now.add(step.revision.revision)
        assert current == effective_heads(graph, now)


@untimed
@given(situations(), st.booleans())
def test_downgrade_property(situation: tuple[RevisionGraph, set[str], str], to_base: bool) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    if target not in applied and not to_base:
        with pytest.raises(NotApplied):
            downgrade_path(graph, rows, target)
        return
    steps = downgrade_path(graph, rows, "base" if to_base else target)
    if to_base:
        assert set(names(steps)) == applied
    else:
        # Everything goes that needs, by whatever way, a revision that follows the target.
        followers = {name for name in applied if target in graph[name].down_revisions}
        assert set(names(steps)) == {name for name in applied if closure(graph, [name]) & followers}
    now = set(applied)
    current = rows
    for step in steps:
        assert step.revision is not None
        name = step.revision.revision
        assert name in current
        now.remove(name)
        assert all(now.issuperset([*graph[other].down_revisions, *graph[other].depends_on]) for other in now)
        current = rows_after(current, [step])
        assert current == effective_heads(graph, now)


@untimed
@given(situations())
def test_stamp_property(situation: tuple[RevisionGraph, set[str], str]) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    after = rows_after(rows, stamp_steps(graph, rows, target))
    assert target in after
    assert effective_heads(graph, closure(graph, after)) == after
    unrelated = {
        row for row in rows if row not in closure(graph, [target]) and target not in closure(graph, [row])
    }
    assert after == unrelated | {target}


@untimed
@given(situations(), st.data())
def test_superfluous_rows_are_cleaned_by_the_first_step(
    situation: tuple[RevisionGraph, set[str], str], data: st.DataObject
) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    extra = set(data.draw(st.lists(st.sampled_from(sorted(applied)), max_size=3))) if applied else set()
    stored = sorted(rows | extra)
    assert newest(graph, stored)[0] == rows
    steps = upgrade_path(graph, stored, target)
    if steps:
        assert rows_after(stored, steps) == effective_heads(graph, applied | closure(graph, [target]))
    down = downgrade_path(graph, stored, "base")
    assert rows_after(stored, down) == set()


@untimed
@given(graphs())
def test_order_property(graph: RevisionGraph) -> None:
    order = [revision.revision for revision in graph]
    assert sorted(order) == sorted(graph.nodes)
    for name in order:
        for before in (*graph[name].down_revisions, *graph[name].depends_on):
            assert graph.position(before) < graph.position(name)
    follows = {down for revision in graph for down in revision.down_revisions}
    assert set(graph.heads) == set(order) - follows
    assert set(graph.effective_heads) == effective_heads(graph, set(order)) & set(graph.heads)


@untimed
@given(situations())
def test_between(situation: tuple[RevisionGraph, set[str], str]) -> None:
    graph, applied, lower = situation
    upper = effective_heads(graph, applied)
    found = [revision.revision for revision in between(graph, [lower], upper)]
    assert set(found) == {name for name in applied if lower in closure(graph, [name])}
    assert found == graph.sorted(found)[::-1]
    assert set(found) - {lower} == {
        revision.revision for revision in between(graph, [lower], upper, inclusive=False)
    }


def test_a_database_at_the_head_is_not_walked() -> None:
    class Counted(RevisionGraph):
        visited = 0

        def before(self, identifier: str) -> tuple[str, ...]:
            self.visited += 1
            return super().before(identifier)

    graph = Counted([rev("r0000"), *(rev(f"r{i:04}", f"r{i - 1:04}") for i in range(1, 2000))])
    graph.visited = 0
    assert pending(graph, ["r1999"], graph.heads) == []
    assert graph.visited == 0
    assert pending(graph, ["r1997"], graph.heads) == ["r1998", "r1999"]
    assert graph.visited < 5
