"""Every form that names a revision."""

from __future__ import annotations

import pytest

from migrateops.errors.revisions import (
    CurrentNotKnown,
    MalformedExpression,
    MultipleHeads,
    RevisionError,
    RevisionNotFound,
    RevisionNotOnBranch,
    UnexpectedRange,
    UnknownVersionRow,
)
from migrateops.revisions.expressions import parse, resolve, resolve_one, split_range
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision

# Two labelled branches; shop2 depends on mail1.
GRAPH = RevisionGraph(
    [
        Revision("mail1", None, ("mail",)),
        Revision("mail2", "mail1"),
        Revision("shop1", None, ("shop",)),
        Revision("shop2", "shop1", (), ("mail1",)),
        Revision("shop3a", "shop2"),
        Revision("shop3b", "shop2"),
    ]
)


def ids(text: str, current: list[str] | None = None) -> list[str | None]:
    return [None if revision is None else revision.revision for revision in resolve(GRAPH, text, current)]


@pytest.mark.parametrize(
    ("text", "branch", "symbol", "offset"),
    [
        ("ae1", None, "ae1", 0),
        ("lib@ae1", "lib", "ae1", 0),
        ("ae1+2", None, "ae1", 2),
        ("lib@+2", "lib", None, 2),
        ("lib@head-10", "lib", "head", -10),
        ("-1", None, None, -1),
        (" heads ", None, "heads", 0),
    ],
)
def test_parse(text: str, branch: str | None, symbol: str | None, offset: int) -> None:
    found = parse(text)
    assert (found.branch, found.symbol, found.offset) == (branch, symbol, offset)


@pytest.mark.parametrize(
    "text", ["", "@", "lib@", "@head", "a@b@c", "+", "a+", "a+b", "1+2+3", "a-b", "a:b:c", f"a+{'9' * 5000}"]
)
def test_malformed(text: str) -> None:
    with pytest.raises(MalformedExpression) as caught:
        parse(text)
    assert caught.value.given == text


def test_ranges() -> None:
    assert split_range("a:b") == ("a", "b")
    assert split_range(":") == ("", "")
    assert split_range("a") is None
    with pytest.raises(MalformedExpression):
        split_range("a:b:c")
    with pytest.raises(UnexpectedRange):
        parse("a:b")


@pytest.mark.parametrize(
    ("text", "current", "expected"),
    [
        ("mail@head", None, ["mail2"]),
        ("shop@heads", None, ["shop3a", "shop3b"]),
        ("shop1@heads", None, ["shop3a", "shop3b"]),
        ("shop3a@head", None, ["shop3a"]),
        ("heads", None, ["mail2", "shop3a", "shop3b"]),
        ("base", None, [None]),
        ("mail@base", None, [None]),
        ("mail", None, ["mail1"]),
        ("shop@shop3a", None, ["shop3a"]),
        ("shop3a-1", None, ["shop2"]),
        ("shop3a-3", None, [None]),
        ("mail@head-1", None, ["mail1"]),
        ("mail1+1", None, ["mail2"]),
        ("mail@-1", None, ["mail1"]),
        ("-1", None, ["mail1", "shop2"]),
        ("shop@-1", None, ["shop2"]),
        ("mail@+1", ["mail1"], ["mail2"]),
        ("current", ["mail1", "shop1"], ["mail1", "shop1"]),
        ("current", [], [None]),
        ("mail@current", ["mail1", "shop1"], ["mail1"]),
        ("mail@current", ["shop2"], ["mail1"]),
        ("-1", ["mail2"], ["mail1"]),
    ],
)
def test_resolve(text: str, current: list[str] | None, expected: list[str | None]) -> None:
    assert ids(text, current) == expected


@pytest.mark.parametrize(
    ("text", "current", "error"),
    [
        ("head", None, MultipleHeads),
        ("shop@head", None, MultipleHeads),
        ("shop@+1", None, CurrentNotKnown),
        ("+1", None, CurrentNotKnown),
        ("current", None, CurrentNotKnown),
        ("current", ["gone"], UnknownVersionRow),
        ("nothing", None, RevisionNotFound),
        ("nothing@head", None, RevisionNotFound),
        ("mail@shop1", None, RevisionNotOnBranch),
    ],
)
def test_errors(text: str, current: list[str] | None, error: type[RevisionError]) -> None:
    with pytest.raises(error):
        resolve(GRAPH, text, current)


def test_one() -> None:
    found = resolve_one(GRAPH, "mail@head")
    assert found is not None
    assert found.revision == "mail2"
    assert resolve_one(GRAPH, "base") is None
    with pytest.raises(MultipleHeads) as caught:
        resolve_one(GRAPH, "shop@heads")
    assert set(caught.value.heads) == {"shop3a", "shop3b"}


def test_not_found_suggests() -> None:
    with pytest.raises(RevisionNotFound) as caught:
        resolve(GRAPH, "mial1")
    assert caught.value.closest == "mail1"
