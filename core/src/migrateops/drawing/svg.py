"""The history as an SVG image that needs nothing else: no script, no font, no other file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from migrateops.drawing.curves import COLOURS, ROW, path_of, words_at, x_of, y_of
from migrateops.drawing.lanes import Row
from migrateops.drawing.picture import Node, Picture
from migrateops.drawing.words import pieces, printable, sentence

_CHARACTER = 8.0
"""About the width of a character, in pixels: an image cannot measure text."""


def as_svg(picture: Picture) -> str:
    """Return the image; all of it is ASCII, so that no encoding can spoil it."""
    text = "\n".join(_parts(picture))
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _parts(picture: Picture) -> Iterator[str]:
    width = max((_end(node, row, picture) for node, row in picture.pairs()), default=ROW)
    height = ROW * max(1, len(picture.nodes))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="Revisions">'
    )
    yield f"<style>{_style()}</style>"
    yield f'<rect class="ground" width="{width}" height="{height}"/>'
    for edge in picture.layout.edges:
        dotted = " dotted" if edge.is_dependency else ""
        yield f'<path class="line c{edge.lane % COLOURS}{dotted}" d="{path_of(edge)}"/>'
    for node, row in picture.pairs():
        yield from _node(node, words_at(row, picture.layout.width))
    yield "</svg>\n"


def _style() -> str:
    here = Path(__file__).parent
    css = "".join((here / name).read_text(encoding="utf-8") for name in ("colours.css", "svg.css"))
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()


def _node(node: Node, words: int) -> Iterator[str]:
    yield f"<g><title>{_text(sentence(node))}</title>"
    x, y, colour = x_of(node.lane), y_of(node.row), node.lane % COLOURS
    if node.info.is_head or node.is_current:
        yield f'<circle class="halo c{colour}" cx="{x}" cy="{y}" r="9"/>'
    hollow = " hollow" if node.is_applied is False else ""
    yield f'<circle class="dot c{colour}{hollow}" cx="{x}" cy="{y}" r="5"/>'
    spans = "".join(
        f"<tspan class={quoteattr(piece.role)}>{_text(piece.text)}</tspan>" for piece in pieces(node)
    )
    yield f'<text x="{words}" y="{y}" dy=".35em" xml:space="preserve">{spans}</text></g>'


def _text(text: str) -> str:
    return escape(printable(text))


def _end(node: Node, row: Row, picture: Picture) -> int:
    """Return how far to the right a row reaches."""
    wide = sum(2 if east_asian_width(one) in "WF" else 1 for one in sentence(node))
    return words_at(row, picture.layout.width) + int(_CHARACTER * wide) + ROW
