"""The history drawn with characters: a line of them for each revision, and more where lines join.

A horizontal line belongs to one revision, or to one line that others join.  It is drawn broken
where it crosses a lane that it has nothing to do with, so a drawing can be read in one way only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from migrateops.drawing.lanes import Row, Strand
from migrateops.drawing.picture import ALIGNED, Node, Picture
from migrateops.drawing.words import sentence

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8


class Style(NamedTuple):
    """The characters of a drawing.

    Attributes:
        joints: By the directions in which lines leave a place, the character there.
        lane: A line down, and a dotted one.
        across: A line across, and a dotted one.
        node: A revision.
        pending: A revision that the database has not.
        current: A revision that the database is at.
    """

    joints: dict[int, str]
    lane: tuple[str, str]
    across: tuple[str, str]
    node: str
    pending: str
    current: str

    @property
    def characters(self) -> str:
        """All of them."""
        signs = (self.node, self.pending, self.current)
        return "".join((*self.joints.values(), *self.lane, *self.across, *signs))


def _joints(characters: str) -> dict[int, str]:
    both = _UP | _DOWN
    sides = (_LEFT, _RIGHT, _LEFT | _RIGHT)
    places = [upright | side for upright in (_UP, _DOWN, both) for side in sides]
    return dict(zip(places, characters, strict=True))


BOXES = Style(_joints("╯╰┴╮╭┬┤├┼"), ("│", "┊"), ("─", "┄"), "●", "○", "◉")
ASCII = Style(_joints("'''...+++"), ("|", ":"), ("-", "~"), "*", "o", "@")


class Cell(NamedTuple):
    """One character, the lane whose colour it has (None for space), and whether it is a revision."""

    text: str
    lane: int | None
    is_node: bool = False


class Line(NamedTuple):
    """A line of the drawing.

    Attributes:
        cells: The drawn part, without spaces at its end.
        node: The revision in it, or None.
        indent: Where the words beside it begin.
    """

    cells: tuple[Cell, ...]
    node: Node | None
    indent: int


def style_for(encoding: str) -> Style:
    """Return the characters that an encoding has."""
    try:
        BOXES.characters.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return BOXES


def as_text(picture: Picture, style: Style = BOXES) -> str:
    """Return the drawing with the words beside it, each line in full."""
    return "".join(f"{_written(line)}\n" for line in lines(picture, style))


def _written(line: Line) -> str:
    drawn = "".join(cell.text for cell in line.cells)
    return drawn if line.node is None else f"{drawn.ljust(line.indent)}{sentence(line.node)}"


def lines(picture: Picture, style: Style = BOXES) -> Iterator[Line]:
    """Yield the drawing from the top."""
    width = picture.layout.width
    aligned = 2 * width if width <= ALIGNED else 0
    running: dict[int, bool] = {}
    above: int | None = None
    for node, row in picture.pairs():
        for cells, has_node in _Drawn(row, running, above, style, _sign(node, style)).lines():
            yield Line(_trimmed(cells), node if has_node else None, max(aligned, len(cells)))
            above = row.lane if has_node else None


def _sign(node: Node, style: Style) -> str:
    if node.is_current:
        return style.current
    return style.pending if node.is_applied is False else style.node


def _trimmed(cells: list[Cell]) -> tuple[Cell, ...]:
    end = len(cells)
    while end and cells[end - 1].text == " ":
        end -= 1
    return tuple(cells[:end])


class _Group(NamedTuple):
    """Lines of one kind that share a horizontal: those that end in *hub*, or those that begin there."""

    hub: int
    lanes: tuple[int, ...]
    is_dependency: bool
    ends: bool


class _Drawn:
    """The lines of characters for one row.

    Args:
        row: What happens there.
        running: By lane in use, whether its line is dotted; kept up to date.
        above: The lane of the revision in the line above, if there is one.
        style: The characters.
        sign: That of the revision.
    """

    def __init__(
        self, row: Row, running: dict[int, bool], above: int | None, style: Style, sign: str
    ) -> None:
        self.row = row
        self.running = running
        self.above = above
        self.style = style
        self.sign = sign

    def lines(self) -> Iterator[tuple[list[Cell], bool]]:
        """Yield lines, and whether the revision is in them: mostly there is this one alone."""
        row = self.row
        arriving = list(_groups(row.arriving, row.lane, ends=True))
        leaving = list(_groups(row.leaving, row.lane, ends=False))
        beside = leaving.pop(0) if leaving else arriving.pop() if arriving else None
        if not arriving and self.above == row.lane and row.lane not in self.running:
            # Two signs one below the other would be read as two revisions, one after the other.
            yield self._gap(), False
        for group in arriving:
            yield self._across(group), False
        yield self._revision(beside), True
        for group in leaving:
            yield self._across(group), False
        for join in row.joins:
            yield self._across(_Group(join.into, join.lanes, join.is_dependency, True)), False

    def _across(self, group: _Group) -> list[Cell]:
        above = dict(self.running)
        self._change(group)
        # From the first line that ends here on, there is one down to the revision.
        self.running.setdefault(group.hub, False)
        return self._cells(above, group)

    def _revision(self, beside: _Group | None) -> list[Cell]:
        row, above = self.row, dict(self.running)
        self.running.pop(row.lane, None)
        self.running.update(strand for strand in row.leaving if strand.lane == row.lane)
        if beside is None:
            beside = _Group(row.lane, (), False, True)
        self._change(beside)
        return self._cells(above, beside, self.sign)

    def _change(self, group: _Group) -> None:
        for lane in group.lanes:
            if group.ends:
                del self.running[lane]
            else:
                self.running[lane] = group.is_dependency

    def _gap(self) -> list[Cell]:
        """Return a line of nothing but lanes."""
        width = max(self.running, default=-1) + 1
        style = self.style.lane
        cells = [
            Cell(style[self.running[lane]], lane) if lane in self.running else Cell(" ", None)
            for lane in range(width)
        ]
        return [part for cell in cells for part in (cell, Cell(" ", None))]

    def _cells(self, above: Mapping[int, bool], group: _Group, sign: str | None = None) -> list[Cell]:
        """Return a line: lanes as they come from above and go on below, and the horizontal of a group."""
        style, below = self.style, self.running
        joined = {group.hub, *group.lanes}
        first, last = min(joined), max(joined)
        horizontal = style.across[group.is_dependency]
        cells: list[Cell] = []
        for lane in range(max((*above, *below, last)) + 1):
            colour = first if lane < group.hub else last
            if lane == group.hub and sign is not None:
                cells.append(Cell(sign, lane, True))
            elif lane in joined:
                directions = _UP * (lane in above) | _DOWN * (lane in below)
                directions |= _LEFT * (lane > first) | _RIGHT * (lane < last)
                cells.append(Cell(style.joints[directions], lane))
            elif lane in below:
                cells.append(Cell(style.lane[below[lane]], lane))
            else:
                cells.append(Cell(horizontal, colour) if first < lane < last else Cell(" ", None))
            cells.append(Cell(horizontal, colour) if first <= lane < last else Cell(" ", None))
        return cells


def _groups(strands: Iterable[Strand], hub: int, *, ends: bool) -> Iterator[_Group]:
    """Yield dotted lines, then the others; what runs straight up or down is in no group."""
    for is_dependency in (True, False):
        lanes = tuple(
            strand.lane for strand in strands if strand.is_dependency == is_dependency and strand.lane != hub
        )
        if lanes:
            yield _Group(hub, lanes, is_dependency, ends)
