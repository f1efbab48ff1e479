"""The order of objects that need each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrateops.autogenerate.order import dependency_order

GRAPHS = st.integers(0, 12).flatmap(
    lambda size: st.dictionaries(
        st.integers(0, size), st.sets(st.integers(0, size), max_size=4), max_size=size + 1
    )
)


@given(GRAPHS)
def test_each_comes_after_what_it_needs_but_for_what_is_said(graph: dict[int, set[int]]) -> None:
    order, unmet = dependency_order(graph, lambda one: one, lambda one, other: 0)
    assert sorted(order) == sorted(graph)
    position = {one: number for number, one in enumerate(order)}
    late = {
        (one, other)
        for one, needed in graph.items()
        for other in needed
        if other in position and position[other] > position[one]
    }
    assert late <= unmet
    assert all(other in graph[one] and one != other for one, other in unmet)


@given(GRAPHS)
def test_without_a_circle_every_need_is_met(graph: dict[int, set[int]]) -> None:
    acyclic = {one: {other for other in needed if other < one} for one, needed in graph.items()}
    assert dependency_order(acyclic, lambda one: -one, lambda one, other: 0)[1] == set()


def test_what_needs_nothing_of_each_other_is_sorted() -> None:
    assert dependency_order({"b": (), "a": (), "c": ("a",)}, str, lambda *_: 0)[0] == ["a", "b", "c"]


def test_the_weakest_need_of_a_circle_is_not_met() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "aa": {"a"}}
    order, unmet = dependency_order(graph, str, lambda one, other: 0 if one == "b" else 1)
    assert unmet == {("b", "c")}
    assert order == ["b", "a", "aa", "c"]
