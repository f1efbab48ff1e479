"""A drawing says what the history is: read as a person reads it, it has each edge once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from migrateops.drawing.picture import Picture
from migrateops.drawing.text import ASCII, BOXES, Style, as_text, lines, style_for
from migrateops.revisions.revision import Revision
from tests.core.drawing.histories import drawn, edges_of, histories, rev
from tests.core.drawing.reading import Reader

untimed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

DIAMOND = [rev("a"), rev("b", "a"), rev("c", "a"), rev("d", "b", "c")]
OCTOPUS = [rev("a"), *(rev(name, "a") for name in "bcdef"), rev("m", *"bcdef"), rev("n", "m")]
MANY_HEADS = [rev("a"), *(rev(f"h{number}", "a") for number in range(40))]
MANY_BASES = [*(rev(f"b{number}") for number in range(12)), rev("m", *(f"b{number}" for number in range(12)))]
NEEDS_ITS_NEIGHBOUR = [rev("a"), rev("b", needs=["a"])]
NEEDS_AND_FOLLOWS = [rev("a"), rev("b", "a"), rev("x", needs=["b", "a"]), rev("c", "b", needs=["x"])]


def check(picture: Picture, revisions: list[Revision], style: Style) -> None:
    reader = Reader(lines(picture, style))
    assert reader.edges() == edges_of(revisions)
    assert reader.unread() == []


@pytest.mark.parametrize("style", [BOXES, ASCII], ids=["boxes", "ascii"])
@pytest.mark.parametrize(
    "revisions", [DIAMOND, OCTOPUS, MANY_HEADS, MANY_BASES, NEEDS_ITS_NEIGHBOUR, NEEDS_AND_FOLLOWS]
)
def test_a_drawing_is_read_as_the_history_that_was_drawn(revisions: list[Revision], style: Style) -> None:
    check(drawn(*revisions), revisions, style)


@untimed
@given(histories())
def test_any_drawing_is_read_as_the_history_that_was_drawn(revisions: list[Revision]) -> None:
    picture = drawn(*revisions)
    for style in (BOXES, ASCII):
        check(picture, revisions, style)


def test_reading_finds_a_wrong_drawing() -> None:
    picture = drawn(*DIAMOND)
    swapped = picture._replace(nodes=(picture.nodes[0], picture.nodes[2], picture.nodes[1], picture.nodes[3]))
    straight = [rev("a"), rev("b", "a"), rev("c", "b"), rev("d", "c")]
    assert Reader(lines(swapped)).edges() == edges_of(DIAMOND)
    assert Reader(lines(drawn(*straight))).edges() != edges_of(DIAMOND)
    dotted = [rev("a"), rev("b", "a"), rev("c", "b"), rev("d", "c", needs=["a"])]
    followed = [rev("a"), rev("b", "a"), rev("c", "b"), rev("d", "c", "a")]
    assert Reader(lines(drawn(*dotted))).edges() != edges_of(followed)


def text_of(*revisions: Revision, style: Style = BOXES) -> list[str]:
    return as_text(drawn(*revisions), style).splitlines()


def test_what_it_looks_like() -> None:
    assert text_of(
        rev("a1", doc="base"),
        rev("b1", "a1", doc="left"),
        rev("c1", "a1", labels=["shop"], doc="right"),
        rev("d1", "b1", "c1", doc="both"),
        rev("x1", needs=["c1"], doc="apart"),
        rev("e1", "d1", doc="end"),
    ) == [
        "●     e1 (shop) (head), end",
        "│ ●┄╮ x1 (head), apart  needs c1",
        "●─╮ ┊ d1 (mergepoint), both",
        "│ ●┄╯ c1, right",
        "● │   b1, left",
        "●─╯   a1 (branchpoint), base",
    ]


def test_what_it_looks_like_in_ascii() -> None:
    assert text_of(*DIAMOND, rev("x", needs=["c"]), style=ASCII) == [
        "*~.   x (head)  needs c",
        "  :",
        "*-:-. d (head) (mergepoint)",
        "| '~* c",
        "*   | b",
        "*---' a (branchpoint)",
    ]


def test_what_is_not_connected_does_not_touch() -> None:
    assert text_of(rev("a"), rev("b", "a"), rev("x"), rev("y", "x")) == [
        "● y (head)",
        "● x",
        "",
        "● b (head)",
        "● a",
    ]


def test_a_history_without_branches_is_one_column_of_single_lines() -> None:
    found = text_of(*(rev(f"r{number}", *([f"r{number - 1}"] if number else [])) for number in range(30)))
    assert len(found) == 30
    assert {line.partition(" ")[0] for line in found} == {"●"}


def test_many_heads_need_two_lanes() -> None:
    assert drawn(*MANY_HEADS).layout.width == 2


@pytest.mark.parametrize(
    ("encoding", "style"),
    [("utf-8", BOXES), ("gb18030", BOXES), ("cp1252", ASCII), ("ascii", ASCII), ("no such one", ASCII)],
)
def test_boxes_where_the_encoding_has_them(encoding: str, style: Style) -> None:
    assert style_for(encoding) is style


def test_what_the_database_has_is_seen_without_colours() -> None:
    picture = drawn(*DIAMOND, current={"b"}, applied={"a", "b"})
    assert [line[0:3] for line in as_text(picture).splitlines()] == ["○─╮", "│ ○", "◉ │", "●─╯"]
    assert [line[0:3] for line in as_text(picture, ASCII).splitlines()] == ["o-.", "| o", "@ |", "*-'"]
    assert "b (current)" in as_text(picture)


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x1b[2J", "a\x85b", "\u2028", "\u202e", "\x00", "\udc80"])
def test_a_message_stays_on_its_line_and_commands_nothing(text: str) -> None:
    found = as_text(drawn(rev("a", doc=text)))
    assert found.count("\n") == 1
    assert found.rstrip("\n").isprintable()
