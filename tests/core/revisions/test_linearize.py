"""Putting one branch behind another: what changes, what is refused, and what stays true of any history."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrateops.errors.revisions import MultipleHeads
from migrateops.errors.teams import BranchShared, OntoItself, RebaseCircle, RebaseError
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.linearize import Linearization, head_behind, linearize
from migrateops.revisions.revision import Revision


def rev(name: str, *down: str, needs: tuple[str, ...] = ()) -> Revision:
    return Revision(name, down if len(down) > 1 else next(iter(down), None), (), needs)


def changed(graph: RevisionGraph, plan: Linearization) -> RevisionGraph:
    """Return the graph that the plan leads to."""
    new = {change.revision: change.new for change in plan.changes}
    return RevisionGraph(
        revision._replace(down_revision=new.get(revision.revision, revision.down_revisions) or None)
        for revision in graph
    )


TWO = RevisionGraph([rev("a1"), rev("b1", "a1"), rev("b2", "b1"), rev("c1", "a1"), rev("c2", "c1")])


def test_the_oldest_of_the_branch_follows_the_other_head() -> None:
    plan = linearize(TWO, "c2", "b2")
    assert plan.moved == ("c1", "c2")
    assert plan.changes == (("c1", ("a1",), ("b2",)),)
    assert plan.branch_points == ("a1",)
    assert changed(TWO, plan).heads == ("c2",)


def test_a_branch_with_a_base_of_its_own() -> None:
    graph = RevisionGraph([rev("a1"), rev("b1"), rev("b2", "b1")])
    plan = linearize(graph, "b2", "a1")
    assert plan.changes == (("b1", (), ("a1",)),)
    assert plan.branch_points == ()
    assert changed(graph, plan).bases == ("a1",)


def test_all_entries_of_a_branch_change() -> None:
    graph = RevisionGraph(
        [rev("a1"), rev("b1", "a1"), rev("b2", "a1"), rev("b3", "b1", "b2"), rev("c1", "a1")]
    )
    plan = linearize(graph, "b3", "c1")
    assert plan.changes == (("b2", ("a1",), ("c1",)), ("b1", ("a1",), ("c1",)))
    assert changed(graph, plan).heads == ("b3",)


def test_a_merge_of_what_is_before_the_other_head_follows_that_alone() -> None:
    graph = RevisionGraph(
        [rev("a1"), rev("a2"), rev("a3", "a1", "a2"), rev("m1", "a1", "a2"), rev("m2", "m1")]
    )
    assert linearize(graph, "m2", "a3").changes == (("m1", ("a1", "a2"), ("a3",)),)


def test_a_parent_that_goes_without_saying_is_left_out() -> None:
    graph = RevisionGraph(
        [rev("a1"), rev("a2", "a1"), rev("a3", "a2"), rev("b1", "a1"), rev("b2", "b1", "a2")]
    )
    plan = linearize(graph, "b2", "a3")
    assert plan.changes == (("b1", ("a1",), ("a3",)), ("b2", ("b1", "a2"), ("b1",)))
    after = changed(graph, plan)
    assert (after.heads, after.is_branch_point("a2")) == (("b2",), False)


def test_a_third_branch_would_move_along() -> None:
    graph = RevisionGraph([rev("a1"), rev("b1", "a1"), rev("b2", "b1"), rev("t1", "b1"), rev("c1", "a1")])
    with pytest.raises(BranchShared) as caught:
        linearize(graph, "b2", "c1")
    assert (caught.value.revision, caught.value.followers) == ("b1", ("t1",))
    assert (caught.value.head, caught.value.other_head) == ("b2", "t1")
    # What the hint says leads to one head.
    graph = changed(graph, linearize(graph, "t1", "b2"))
    assert changed(graph, linearize(graph, "t1", "c1")).heads == ("t1",)


def test_what_is_needed_cannot_be_put_behind() -> None:
    graph = RevisionGraph(
        [
            rev("a1"),
            rev("b1", "a1"),
            rev("t1", needs=("b1",)),
            rev("c1", "a1", needs=("t1",)),
            rev("c2", "c1"),
        ]
    )
    with pytest.raises(RebaseCircle) as caught:
        linearize(graph, "b1", "c2")
    assert caught.value.chain == ("c2", "c1", "t1", "b1")
    assert changed(graph, linearize(graph, "c2", "b1")).effective_heads == ("c2",)


def test_a_branch_behind_itself() -> None:
    with pytest.raises(OntoItself):
        linearize(TWO, "c2", "c2")


def test_the_head_of_a_branch() -> None:
    assert head_behind(TWO, "c1") == "c2"
    assert head_behind(TWO, "b2") == "b2"
    with pytest.raises(MultipleHeads) as caught:
        head_behind(TWO, "a1")
    assert set(caught.value.heads) == {"b2", "c2"}


@st.composite
def graphs(draw: st.DrawFn) -> RevisionGraph:
    """Histories with branches, merges, several bases and dependencies."""
    revisions: list[Revision] = []
    for number in range(draw(st.integers(2, 25))):
        older = [f"r{index}" for index in range(number)]
        some = st.lists(st.sampled_from(older), max_size=3, unique=True) if older else st.just([])
        down = draw(some)
        needs = [name for name in draw(some) if name not in down][:1]
        revisions.append(rev(f"r{number}", *down, needs=tuple(needs)))
    return RevisionGraph(revisions)


@settings(deadline=None)
@given(graphs())
def test_nothing_loses_what_it_needs_and_the_head_behind_which_it_goes_is_no_head(
    graph: RevisionGraph,
) -> None:
    for head in graph.heads:
        for onto in graph.heads:
            try:
                plan = linearize(graph, head, onto)
            except RebaseError:
                continue
            after = changed(graph, plan)  # raises where it is no history
            assert set(after.heads) == set(graph.heads) - {onto}
            for name in graph.nodes:
                assert graph.ancestors([name]) <= after.ancestors([name])
            for name in set(graph.nodes) - set(plan.moved):
                assert graph.ancestors([name], dependencies=False) == after.ancestors(
                    [name], dependencies=False
                )
