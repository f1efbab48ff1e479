"""Read a drawing as a person does: by following its lines, from each revision down.

Nothing here knows how a drawing is made.  A character is understood by its shape alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrateops.drawing.text import Line
from tests.core.drawing.histories import EdgeFact

Position = tuple[int, int]

# From a shape to the directions in which it leads; of ASCII, a joint's sides are where it is joined.
BOXES = {
    **dict(zip("│┊─┄", ("ud", "ud", "lr", "lr"), strict=True)),
    **dict(zip("╯╰┴╮╭┬┤├┼", ("ul", "ur", "ulr", "dl", "dr", "dlr", "udl", "udr", "udlr"), strict=True)),
}
ASCII = {"|": "ud", ":": "ud", "-": "lr", "~": "lr", "'": "u", ".": "d", "+": "ud"}
HORIZONTAL = set("─┄-~")
DOTTED = set("┊┄:~")
STRAIGHT = set("│┊─┄|:-~")
SIGNS = set("●○◉*o@")


class Way(NamedTuple):
    """A way down from a revision: where it leads, and what kinds of line it went along."""

    target: str
    dotted: frozenset[bool]


class Reader:
    """A drawing as a field of characters."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.rows: list[str] = []
        self.names: dict[Position, str] = {}
        self.seen: set[Position] = set()
        for number, line in enumerate(lines):
            text = "".join(cell.text for cell in line.cells)
            self.rows.append(text)
            places = [column for column, one in enumerate(text) if one in SIGNS]
            assert len(places) == (line.node is not None), text
            if line.node is not None:
                self.names[number, places[0]] = line.node.info.revision

    def edges(self) -> list[EdgeFact]:
        """Return each way down; it must be of one kind from end to end."""
        found = []
        for place, name in self.names.items():
            for way in self._leave(*place):
                assert len(way.dotted) <= 1, f"the line from {name} to {way.target} changes its kind"
                found.append((name, way.target, True in way.dotted))
        return sorted(found)

    def unread(self) -> list[Position]:
        """Return what is drawn and on no way; to be asked for after `edges`."""
        everything = [
            (row, column)
            for row, text in enumerate(self.rows)
            for column, one in enumerate(text)
            if one != " "
        ]
        return [place for place in everything if place not in self.seen and place not in self.names]

    # ------------------------------------------------------------------------------ one character

    def _at(self, row: int, column: int) -> str:
        inside = 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])
        return self.rows[row][column] if inside else " "

    def _leads(self, row: int, column: int) -> str:
        """Return the directions in which a character leads."""
        one = self._at(row, column)
        if one in BOXES:
            return BOXES[one]
        leads = ASCII.get(one, "")
        if one in "'.+" and leads:
            leads += "l" * (self._at(row, column - 1) in HORIZONTAL)
            leads += "r" * (self._at(row, column + 1) in HORIZONTAL)
        return leads

    def _along(self, row: int, column: int, dotted: frozenset[bool]) -> frozenset[bool]:
        """Go over a character, and return the kinds of line with its own."""
        self.seen.add((row, column))
        one = self._at(row, column)
        return dotted | {one in DOTTED} if one in STRAIGHT else dotted

    # ---------------------------------------------------------------------------------- following

    def _leave(self, row: int, column: int) -> Iterator[Way]:
        for step in (-1, 1):
            yield from self._across(row, column, step, frozenset())
        yield from self._down(row + 1, column, frozenset())

    def _down(self, row: int, column: int, dotted: frozenset[bool]) -> Iterator[Way]:
        """Follow a line that comes to a place from above, if the character there takes it."""
        if (row, column) in self.names:
            yield Way(self.names[row, column], dotted)
            return
        leads = self._leads(row, column)
        if "u" not in leads:
            return
        dotted = self._along(row, column, dotted)
        for direction, step in (("l", -1), ("r", 1)):
            if direction in leads:
                yield from self._across(row, column, step, dotted)
        if "d" in leads:
            yield from self._down(row + 1, column, dotted)

    def _across(self, row: int, column: int, step: int, dotted: frozenset[bool]) -> Iterator[Way]:
        """Follow a horizontal line from a place on; where it meets a lane it goes on behind it."""
        toward, back = ("l", "r") if step < 0 else ("r", "l")
        while self._at(row, column + step) in HORIZONTAL:
            column += step
            dotted = self._along(row, column, dotted)
            following = column + step
            if (row, following) in self.names:
                yield Way(self.names[row, following], dotted)
                return
            leads = self._leads(row, following)
            if back in leads and leads not in ("lr", "rl"):
                self.seen.add((row, following))
                if "d" in leads:
                    yield from self._down(row + 1, following, dotted)
                if toward not in leads:
                    return
                column = following
            elif "u" in leads:
                column = following
