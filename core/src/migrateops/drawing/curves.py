"""Lanes and rows in pixels, and lines as curves: what SVG and the page have in common."""

from __future__ import annotations

from itertools import pairwise

from migrateops.drawing.lanes import Edge, Point, Row
from migrateops.drawing.picture import ALIGNED

ROW = 32
"""The height of a row."""
LANE = 20
"""The width of a lane."""
COLOURS = 8
"""How many colours lanes take turns with."""


def x_of(lane: int) -> int:
    """Return the middle of a lane."""
    return LANE * lane + LANE


def y_of(row: int) -> int:
    """Return the middle of a row."""
    return ROW * row + ROW // 2


def words_at(row: Row, width: int) -> int:
    """Return where the words beside a revision begin, in a drawing of *width* lanes."""
    return x_of(width if width <= ALIGNED else row.width)


def path_of(edge: Edge) -> str:
    """Return a line as the ``d`` of an SVG path: straight in a lane, a bow from one lane to another."""
    return f"M{_at(edge.points[0])}" + "".join(_part(start, end) for start, end in pairwise(edge.points))


def _part(start: Point, end: Point) -> str:
    if start[1] == end[1]:
        return f"V{y_of(end[0])}"
    middle = y_of(start[0]) + ROW * (end[0] - start[0]) // 2
    return f"C{x_of(start[1])} {middle} {x_of(end[1])} {middle} {_at(end)}"


def _at(point: Point) -> str:
    return f"{x_of(point[1])} {y_of(point[0])}"
