"""Walks: after each step the version rows are the newest applied revisions, computed from scratch."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from migrateops.errors.revisions import (
    AmbiguousWalk,
    MultipleHeads,
    NotApplied,
    NothingOfBranchApplied,
    RelativeTooFar,
    RevisionError,
    UnexpectedRange,
    UnknownVersionRow,
    VersionRowNotText,
    WrongDirection,
)
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from migrateops.revisions.walk import (
    Step,
    downgrade_path,
    stamp_steps,
    upgrade_path,
)
from tests.core.revisions.random_graphs import rows_after


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
        ("r1", (), (), ("root", "r1")),
        ("l1", ("l1",), (), None),
        ("l2", (), (), ("l1", "l2")),
        ("join", (), ("l2",), ("r1", "join")),
    ], "what a merge names first stands next to it"
    assert changes(downgrade_path(DIAMOND, ["join"], "root")) == [
        ("join", ("l2",), (), ("join", "r1")),
        ("l2", (), (), ("l2", "l1")),
        ("l1", (), ("l1",), None),
        ("r1", (), (), ("r1", "root")),
    ]


def test_what_is_depended_on_has_no_row_of_its_own() -> None:
    steps = upgrade_path(TWO, ["a1"], "b@head")
    assert changes(steps) == [
        ("b1", ("b1",), (), None),
        ("b2", (), ("b1",), ("a1", "b2")),
        ("b3", (), (), ("b2", "b3")),
    ]
    assert changes(upgrade_path(TWO, ["b3"], "a2")) == [("a2", ("a2",), (), None)]
    assert changes(downgrade_path(TWO, ["b3", "a2"], "a@a1")) == [("a2", (), ("a2",), None)]
    assert changes(downgrade_path(TWO, ["b3"], "b1")) == [
        ("b3", (), (), ("b3", "b2")),
        ("b2", ("b1",), (), ("b2", "a1")),
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


def test_counting_back_on_a_branch_does_not_take_what_it_shares() -> None:
    with pytest.raises(NothingOfBranchApplied) as caught:
        downgrade_path(DIAMOND, ["r1"], "left@-1")
    assert (caught.value.revision, caught.value.followed_by) == ("root", ("r1",))
    assert names(downgrade_path(DIAMOND, ["root"], "left@-1")) == ["root"], "nobody shares it"
    assert names(downgrade_path(TWO, ["b3"], "a@-1")) == ["b3", "b2", "a1"], "what depends on it goes along"


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
    assert changes(stamp_steps(DIAMOND, ["l2", "r1"], "join")) == [("join", (), ("l2",), ("r1", "join"))]
    assert changes(stamp_steps(TWO, [], "heads")) == [("a2", ("a2",), (), None), ("b3", ("b3",), (), None)]
    assert changes(stamp_steps(TWO, ["a2", "b1"], "a@base")) == [(None, (), ("a2",), None)]
    assert changes(stamp_steps(TWO, ["a1", "b1"], "b2")) == [("b2", (), ("a1",), ("b1", "b2"))]
    assert changes(stamp_steps(TWO, ["a1"], ["b1"])) == [("b1", ("b1",), (), None)]
    (step,) = stamp_steps(LINEAR, ["a1"], "a3")
    assert (step.kind, step.source, step.destination, step.is_upgrade) == ("stamp", ("a1",), ("a3",), True)
    (step,) = stamp_steps(LINEAR, ["a3"], "a1")
    assert not step.is_upgrade


def test_stamp_of_several() -> None:
    assert rows_after(["a2", "b1"], stamp_steps(TWO, ["a2", "b1"], ["b2", "a2"])) == {"a2", "b2"}
    assert rows_after([], stamp_steps(TWO, [], ["a1", "b2"])) == {"b2"}, "the second one needs the first"
    assert rows_after([], stamp_steps(TWO, [], ["b2", "a1"])) == {"b2"}, "nor is it lost where it comes first"
    assert rows_after(["a1"], stamp_steps(TWO, ["a1"], ["b2", "a1"])) == {"b2"}
    assert rows_after(["a2"], stamp_steps(TWO, ["a2"], ["a1", "b2"])) == {"b2"}, "a2 goes beyond a1"
    assert rows_after(["a2", "b2"], stamp_steps(TWO, ["a2", "b2"], ["a1", "b2"])) == {"b2"}, (
        "also where b2 is"
    )
    assert rows_after(["b1", "b2"], stamp_steps(TWO, ["b1", "b2"], "b1")) == {"b1"}, "one row of too many"
    assert rows_after(["a1", "b3"], stamp_steps(TWO, ["a1", "b3"], ["a1", "b1"])) == {"a1", "b1"}
    assert rows_after(["a2"], stamp_steps(TWO, ["a2"], ["base", "b1"])) == {"b1"}
    assert rows_after(["a2"], stamp_steps(TWO, ["a2"], ["b1", "base", "a1"])) == {"a1"}
    assert rows_after(["a2"], stamp_steps(TWO, ["a2"], "heads")) == {"a2", "b3"}
    assert rows_after(["join"], stamp_steps(DIAMOND, ["join"], ["l2", "r1"])) == {"l2", "r1"}
    assert rows_after([], stamp_steps(DIAMOND, [], "right@heads")) == {"join"}


def test_a_row_that_is_no_text() -> None:
    # Some drivers give bytes where the connection's character set is not known.
    with pytest.raises(VersionRowNotText) as caught:
        upgrade_path(LINEAR, [b"a1"], "head")  # type: ignore[list-item]
    assert (caught.value.row, caught.value.kind) == ("b'a1'", "bytes")
