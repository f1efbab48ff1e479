"""Where a drawing of the history puts revisions and the lines between them.

Each revision has a row, newest first, and each line a lane, counted from the left.  A line leaves
its revision, runs down its lane, and ends at what it leads to; or it joins another line there,
because no two lanes lead to one revision for longer than a row.  So a drawing is as wide as there
are places that lines lead to at one time, and not as there are lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_KINDS = (False, True)
"""Of lines: what follows, and what depends."""

Point = tuple[int, int]
"""A row and a lane."""


class Place(NamedTuple):
    """What is to be drawn of one revision.

    Attributes:
        name: Its id.
        follows: Ids that it follows.
        needs: Ids that it depends on without following them.
    """

    name: str
    follows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Edge(NamedTuple):
    """One line of the drawing.

    Attributes:
        source: The newer revision.
        target: The older one, which it follows or needs.
        is_dependency: It only needs it; such lines are dotted.
        lane: Where the line runs.
        points: Its corners, from *source* to *target* or to the line of another edge to *target*.
    """

    source: str
    target: str
    is_dependency: bool
    lane: int
    points: tuple[Point, ...]


class Strand(NamedTuple):
    """A lane at one row, and of what kind the line is that runs in it."""

    lane: int
    is_dependency: bool


class Join(NamedTuple):
    """Lines that end in another one, below a row: all lead to the same revision."""

    into: int
    lanes: tuple[int, ...]
    is_dependency: bool


class Row(NamedTuple):
    """What happens at a revision.

    Attributes:
        name: Its id.
        lane: Where it stands.
        arriving: Lines from above that end here.
        leaving: Lines that begin here; the one to the first revision that it follows stays in *lane*.
        joins: Lines that end in other ones directly below.
        width: How many lanes there are here, up to the last one in use.
    """

    name: str
    lane: int
    arriving: tuple[Strand, ...]
    leaving: tuple[Strand, ...]
    joins: tuple[Join, ...]
    width: int


class Layout(NamedTuple):
    """The whole arrangement.

    Attributes:
        rows: One for each revision, from the top.
        edges: One for each line, by the row at which it begins.
        width: How many lanes there are.
    """

    rows: tuple[Row, ...]
    edges: tuple[Edge, ...]
    width: int


def arrange(places: Sequence[Place]) -> Layout:
    """Return where everything goes; takes time in proportion to lines times lanes.

    Args:
        places: All that is drawn, each above what it follows and needs.  Lines to what is not
            among them are left out.
    """
    return _Loom(places).weave()


class _Line:
    """An edge that is being drawn."""

    __slots__ = ("is_dependency", "lane", "number", "source", "start", "target")

    def __init__(self, number: int, source: str, target: str, is_dependency: bool, lane: int, start: Point):
        self.number = number
        self.source = source
        self.target = target
        self.is_dependency = is_dependency
        self.lane = lane
        self.start = start

    def ended(self, end: Point) -> Edge:
        row = self.start[0]
        corners = [self.start]
        if end[0] > row + 1:
            corners += [(row + 1, self.lane), (end[0] - 1, self.lane)]
        points = tuple(dict.fromkeys((*corners, end)))
        return Edge(self.source, self.target, self.is_dependency, self.lane, points)


class _Loom:
    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.drawn = {place.name for place in places}
        self.lanes: list[_Line | None] = []
        self.waiting: dict[tuple[str, bool], list[int]] = {}
        """By revision and kind, the lanes of the lines that lead to it."""
        self.edges: list[Edge | None] = []
        self.width = 0

    def weave(self) -> Layout:
        rows = [self._row(number, place) for number, place in enumerate(self.places)]
        return Layout(tuple(rows), tuple(edge for edge in self.edges if edge is not None), self.width)

    def _row(self, number: int, place: Place) -> Row:
        before = len(self.lanes)
        arriving = sorted(
            Strand(lane, kind) for kind in _KINDS for lane in self.waiting.pop((place.name, kind), ())
        )
        lane = self._lane_for(arriving)
        for strand in arriving:
            self._end(strand.lane, (number, lane))
        leaving = self._leave(place, (number, lane))
        following = self.places[number + 1].name if number + 1 < len(self.places) else None
        joins = [
            join
            for target in dict.fromkeys((*place.follows, *place.needs))
            # What is drawn next takes all its lines itself.
            if target != following
            for kind in _KINDS
            for join in self._joined(target, kind, number + 1)
        ]
        width = max(before, len(self.lanes), lane + 1)
        self.width = max(self.width, width)
        while self.lanes and self.lanes[-1] is None:
            self.lanes.pop()
        return Row(place.name, lane, tuple(arriving), leaving, tuple(joins), width)

    def _lane_for(self, arriving: Iterable[Strand]) -> int:
        """Return where a revision stands: below what follows it, else as far left as there is room."""
        straight = [strand.lane for strand in arriving if not strand.is_dependency]
        return min(straight) if straight else min([self._free(0), *(strand.lane for strand in arriving)])

    def _free(self, start: int) -> int:
        for lane in range(start, len(self.lanes)):
            if self.lanes[lane] is None:
                return lane
        return max(start, len(self.lanes))

    def _leave(self, place: Place, start: Point) -> tuple[Strand, ...]:
        lane = start[1]
        # The first line to what it follows goes straight down; one to what it needs never does,
        # as a dotted line of no length could not be told from another.
        follows = [
            self._begin(place.name, target, False, self._free(lane), start)
            for target in place.follows
            if target in self.drawn
        ]
        needs = [
            self._begin(place.name, target, True, self._free(lane + 1), start)
            for target in place.needs
            if target in self.drawn
        ]
        return (*follows, *needs)

    def _begin(self, source: str, target: str, is_dependency: bool, lane: int, start: Point) -> Strand:
        while len(self.lanes) <= lane:
            self.lanes.append(None)
        self.lanes[lane] = _Line(len(self.edges), source, target, is_dependency, lane, start)
        self.edges.append(None)
        self.waiting.setdefault((target, is_dependency), []).append(lane)
        return Strand(lane, is_dependency)

    def _end(self, lane: int, end: Point) -> None:
        line = self.lanes[lane]
        assert line is not None
        self.edges[line.number] = line.ended(end)
        self.lanes[lane] = None

    def _joined(self, target: str, is_dependency: bool, row: int) -> Iterator[Join]:
        """Of the lines of one kind to *target*, leave the leftmost."""
        into, *others = sorted(self.waiting.get((target, is_dependency), ())) or [0]
        if others:
            for lane in others:
                self._end(lane, (row, into))
            self.waiting[target, is_dependency] = [into]
            yield Join(into, tuple(others), is_dependency)
