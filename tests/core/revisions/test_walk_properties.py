"""Walks on random graphs: after each step the rows are the newest applied revisions."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.revisions import NotApplied
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.walk import Step, downgrade_path, newest, pending, stamp_steps, upgrade_path
from tests.core.revisions.random_graphs import (
    closure,
    effective_heads,
    graphs,
    labels,
    lineage,
    needed,
    rows_after,
)

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
large = settings(untimed, max_examples=150)


def names(steps: Iterable[Step]) -> list[str]:
    return [step.revision.revision for step in steps if step.revision is not None]


@st.composite
def situations(draw: st.DrawFn, largest: int = 60) -> tuple[RevisionGraph, set[str], str]:
    """Draw a graph, what a database has applied of it, and a revision."""
    graph = draw(graphs(largest))
    ids = sorted(graph.nodes)
    applied = closure(draw(st.lists(st.sampled_from(ids), max_size=4)), needed(graph))
    return graph, applied, draw(st.sampled_from(ids))


@untimed
@given(situations())
def test_upgrade_property(situation: tuple[RevisionGraph, set[str], str]) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    steps = upgrade_path(graph, rows, target)
    assert set(names(steps)) == closure([target], needed(graph)) - applied
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
        assert set(names(steps)) == {name for name in applied if closure([name], needed(graph)) & followers}
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
    assert effective_heads(graph, closure(after, needed(graph))) == after
    unrelated = {
        row
        for row in rows
        if row not in closure([target], needed(graph)) and target not in closure([row], needed(graph))
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
        assert rows_after(stored, steps) == effective_heads(graph, applied | closure([target], needed(graph)))
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
@given(graphs(40))
def test_labels(graph: RevisionGraph) -> None:
    assert {name: set(graph.labels_of(name)) for name in graph.nodes} == {
        name: labels(graph, name) for name in graph.nodes
    }


# -------------------------------------------------------------------------------- large graphs


@large
@given(situations(400))
def test_upgrade_then_downgrade_step_by_step_returns_to_the_same_rows(
    situation: tuple[RevisionGraph, set[str], str],
) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    steps = upgrade_path(graph, rows, target)
    assert names(steps) == pending(graph, rows, [target])
    states = [rows]
    for step in steps:
        assert step.revision is not None
        assert applied.issuperset(needed(graph)(step.revision.revision))
        applied.add(step.revision.revision)
        states.append(rows_after(states[-1], [step]))
        assert states[-1] == effective_heads(graph, applied)
    for name in reversed(names(steps)):
        after = states.pop()
        back = downgrade_path(graph, after, f"{name}@-1")
        assert names(back) == [name]
        assert rows_after(after, back) == states[-1]


@large
@given(situations(400), st.data())
def test_upgrade_then_downgrade_at_once(
    situation: tuple[RevisionGraph, set[str], str], data: st.DataObject
) -> None:
    graph, applied, target = situation
    rows = effective_heads(graph, applied)
    there = rows_after(rows, upgrade_path(graph, rows, target))
    fresh = closure([target], needed(graph)) - applied
    if rows:
        low = data.draw(st.sampled_from(sorted(rows)))
        # What the target needs on other branches follows no row, and stays.
        followers = set(graph.children(low))
        stays = {name for name in fresh if not closure([name], needed(graph)) & followers}
        back = rows_after(there, downgrade_path(graph, there, low))
        assert back == effective_heads(graph, applied | stays)
        assert back == rows or stays
    assert rows_after(there, downgrade_path(graph, there, "base")) == set()


@large
@given(graphs(400))
def test_there_and_back_between_base_and_heads(graph: RevisionGraph) -> None:
    up = upgrade_path(graph, [], "heads")
    assert sorted(names(up)) == sorted(graph.nodes)
    rows = rows_after([], up)
    assert rows == set(graph.effective_heads)
    down = downgrade_path(graph, rows, "base")
    assert sorted(names(down)) == sorted(graph.nodes)
    assert rows_after(rows, down) == set()
    assert rows_after([], stamp_steps(graph, [], "heads")) == rows


@untimed
@given(situations(40))
def test_downgrade_to_the_base_of_a_branch(situation: tuple[RevisionGraph, set[str], str]) -> None:
    graph, applied, name = situation
    rows = effective_heads(graph, applied)
    taken = set(names(downgrade_path(graph, rows, f"{name}@base")))
    bases = lineage(graph, name) & set(graph.bases)
    assert taken == {one for one in applied if closure([one], needed(graph)) & bases}
