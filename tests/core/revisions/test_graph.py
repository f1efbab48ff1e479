"""Building the graph: its order, its labels, and everything that can be wrong with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from migrateops.errors.revisions import (
    AmbiguousRevision,
    BrokenGraph,
    RevisionNotFound,
    RevisionNotOnBranch,
)
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision


def rev(
    name: str,
    down: str | tuple[str, ...] | None = None,
    *,
    labels: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
) -> Revision:
    return Revision(name, down, labels, needs, path=f"{name}.py")


TREE = [
    rev("root"),
    rev("mid1", "root"),
    rev("shop1", "mid1", labels=("shop",)),
    rev("shop2", "shop1"),
    rev("mail1", "mid1", labels=("mail",)),
    rev("mail2", "mail1"),
    rev("other1", labels=("other",), needs=("mail1",)),
]


def faults(*revisions: Revision) -> list[tuple[str, dict[str, object]]]:
    with pytest.raises(BrokenGraph) as caught:
        RevisionGraph(revisions)
    return [(type(fault).__name__, vars(fault)) for fault in caught.value.faults]


def test_heads_bases_and_order() -> None:
    graph = RevisionGraph(reversed(TREE))
    assert set(graph.heads) == {"shop2", "mail2", "other1"}
    assert set(graph.bases) == {"root", "other1"}
    order = [revision.revision for revision in graph]
    assert sorted(order) == sorted(revision.revision for revision in TREE)
    for revision in TREE:
        for before in (*revision.down_revisions, *revision.depends_on):
            assert order.index(before) < order.index(revision.revision)
    assert [revision.revision for revision in reversed(graph)] == order[::-1]


def test_order_keeps_a_branch_together() -> None:
    graph = RevisionGraph(TREE)
    assert [revision.revision for revision in graph] == [
        "root",
        "mid1",
        "shop1",
        "shop2",
        "mail1",
        "mail2",
        "other1",
    ]


def test_a_head_that_another_revision_depends_on_is_not_effective() -> None:
    graph = RevisionGraph([rev("aaaa"), rev("bbbb", needs=("aaaa",))])
    assert graph.heads == ("aaaa", "bbbb")
    assert graph.effective_heads == ("bbbb",)


def test_labels_spread_to_descendants_and_down_to_the_branch_point() -> None:
    graph = RevisionGraph(
        [
            rev("root"),
            rev("left1", "root"),
            rev("left2", "left1", labels=("left",)),
            rev("left3", "left2"),
            rev("right", "root"),
            rev("joined", ("left3", "right"), labels=("both",)),
        ]
    )
    assert {name: set(graph.labels_of(name)) for name in graph.nodes} == {
        "root": set(),
        "left1": {"left"},
        "left2": {"left"},
        "left3": {"left"},
        "right": set(),
        "joined": {"left", "both"},
    }
    assert graph.labels == {"left": "left2", "both": "joined"}


def test_a_label_stops_above_a_revision_that_is_depended_on() -> None:
    graph = RevisionGraph(
        [rev("root"), rev("mid1", "root"), rev("end1", "mid1", labels=("x",)), rev("dep1", needs=("mid1",))]
    )
    assert [name for name in ("root", "mid1", "end1") if graph.labels_of(name)] == ["end1"]


def test_get() -> None:
    graph = RevisionGraph([*TREE, rev("abc"), rev("mailbox")])
    assert graph.get("root").revision == "root"
    assert graph.get("shop").revision == "shop1", "a label"
    assert graph.get("roo").revision == "root", "the start of an id"
    assert graph.get("mail").revision == "mail1", "a label is no abbreviation"
    with pytest.raises(AmbiguousRevision) as ambiguous:
        graph.get("mai")
    assert ambiguous.value.matches == ("mail1", "mail2", "mailbox")
    with pytest.raises(RevisionNotFound) as missing:
        graph.get("ab")
    assert missing.value.given == "ab", "ids of three characters have no abbreviation"
    with pytest.raises(RevisionNotFound):
        graph.get("")
    assert graph.get("mail2", "mail").revision == "mail2"
    assert graph.get("shop2", "roo").revision == "shop2", "an id stands for its branch"
    assert graph.get("mailb").revision == "mailbox"
    with pytest.raises(RevisionNotOnBranch) as elsewhere:
        graph.get("shop2", "mail")
    assert (elsewhere.value.revision, elsewhere.value.branch) == ("shop2", "mail")


def test_a_branch_makes_an_abbreviation_unique() -> None:
    graph = RevisionGraph([rev("aaaa"), rev("ae10", "aaaa"), rev("bbbb"), rev("ae11", "bbbb", labels=("b",))])
    assert graph.get("ae1", "b").revision == "ae11"


def test_dependencies_by_label_and_abbreviation() -> None:
    graph = RevisionGraph([rev("aaaa1"), rev("bbbb1", labels=("b",)), rev("cccc", needs=("aaa", "b"))])
    assert graph.dependencies("cccc") == ("aaaa1", "bbbb1")
    assert graph.dependents("bbbb1") == ("cccc",)


def test_all_faults_at_once() -> None:
    found = faults(
        rev("self", "self"),
        rev("one", "two"),
        rev("two", "one"),
        rev("after", "two"),
        rev("lost", "gone"),
        rev("needs", needs=("nothing",)),
        rev("twice"),
        rev("twice"),
        rev("lab1", labels=("dup",)),
        rev("lab2", labels=("dup", "lost")),
        rev("head"),
        rev("a-b"),
    )
    assert sorted(name for name, _ in found) == [
        "DuplicateLabel",
        "DuplicateLabel",
        "DuplicateRevision",
        "IllegalName",
        "IllegalName",
        "MissingDependency",
        "MissingParent",
        "RevisionCycle",
        "RevisionLoop",
    ]
    by_name = dict(found)
    assert by_name["MissingParent"] == {"revision": "lost", "path": "lost.py", "missing": "gone"}
    assert by_name["MissingDependency"]["revision"] == "needs"
    assert by_name["RevisionCycle"] == {"revisions": ("one", "two"), "by_dependency": False}
    assert by_name["DuplicateRevision"]["paths"] == ("twice.py", "twice.py")


def test_a_circle_that_needs_a_dependency() -> None:
    (name, values), *rest = faults(rev("aaaa", needs=("bbbb",)), rev("bbbb", "aaaa"))
    assert not rest
    assert (name, values) == ("RevisionCycle", {"revisions": ("aaaa", "bbbb"), "by_dependency": True})


def test_two_circles_are_two_faults() -> None:
    found = faults(rev("a1", "a2"), rev("a2", "a1"), rev("b1", "b3"), rev("b2", "b1"), rev("b3", "b2"))
    assert [values["revisions"] for _, values in found] == [("a1", "a2"), ("b1", "b2", "b3")]


def test_ambiguous_dependency_names_the_matches() -> None:
    ((name, values),) = faults(rev("same1"), rev("same2"), rev("user", needs=("same",)))
    assert (name, values["matches"]) == ("MissingDependency", ("same1", "same2"))


def test_an_empty_graph() -> None:
    graph = RevisionGraph()
    assert (len(graph), graph.heads, graph.bases, list(graph)) == (0, (), (), [])


def test_depth_is_no_limit() -> None:
    chain = [rev("r00000"), *(rev(f"r{i:05}", f"r{i - 1:05}") for i in range(1, 5000))]
    graph = RevisionGraph(chain)
    assert graph.heads == ("r04999",)
    assert len(graph.ancestors(["r04999"])) == 5000
    circle = [rev("r00000", "r04999"), *chain[1:]]
    ((name, values),) = faults(*circle)
    assert name == "RevisionCycle"
    assert values["revisions"] == tuple(f"r{i:05}" for i in range(5000))


def test_a_name_of_expressions_syntax_says_whose_it_is() -> None:
    ((_, values),) = faults(rev("good", labels=("a@b",)))
    assert values == {"name": "a@b", "path": "good.py", "revision": "good"}


@pytest.mark.parametrize("given", ["good", "goo", "g", "goodx", "", "zzzz"])
def test_what_a_text_may_stand_for(given: str) -> None:
    graph = RevisionGraph([rev("good"), rev("goodx"), rev("gxx")])
    assert graph.matches(given) == {
        "good": ["good"],
        "goo": ["good", "goodx"],
        "g": ["good", "goodx"],
        "goodx": ["goodx"],
    }.get(given, [])


def test_no_more_is_imported_than_a_graph_needs() -> None:
    # `heads` and `history` need the graph, and not what takes expressions apart or makes walks.
    code = (
        "import sys; from migrateops.revisions.graph import RevisionGraph; RevisionGraph().heads;"
        "print(*sorted(name for name in sys.modules if name.startswith('migrateops.revisions.')))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == [f"migrateops.revisions.{name}" for name in ("graph", "names", "revision")]


def test_heads_and_bases_come_in_the_order_of_the_files() -> None:
    graph = RevisionGraph([Revision("a", "z"), Revision("b"), Revision("y", None, (), ("b",)), Revision("z")])
    assert (graph.heads, graph.bases) == (("a", "b", "y"), ("b", "y", "z"))
    assert [revision.revision for revision in graph] == ["z", "a", "b", "y"]
