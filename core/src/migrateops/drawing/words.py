"""The words beside a revision, in pieces with a role each, and free of what a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from migrateops.drawing.picture import Node

Role = Literal["id", "label", "current", "head", "mark", "message", "note", "plain"]


class Piece(NamedTuple):
    """Text, and what it says."""

    text: str
    role: Role


def pieces(node: Node) -> Iterator[Piece]:
    """Yield what is written beside a revision, as ``history`` writes it, but each label once."""
    info = node.info
    yield Piece(printable(info.revision), "id")
    if node.labels:
        yield Piece(f" ({printable(', '.join(node.labels))})", "label")
    for mark in node.marks:
        yield Piece(f" ({mark})", "current" if mark == "current" else "head" if mark == "head" else "mark")
    if info.message:
        yield Piece(", ", "plain")
        yield Piece(printable(info.message), "message")
    if info.depends_on:
        yield Piece(f"  needs {printable(', '.join(info.depends_on))}", "note")
    not_drawn = [name for name in node.outside if name not in info.depends_on]
    if not_drawn:
        yield Piece(f"  follows {printable(', '.join(not_drawn))}, not shown", "note")


def sentence(node: Node) -> str:
    """Return what is written beside a revision as one text."""
    return "".join(piece.text for piece in pieces(node))


def printable(text: str) -> str:
    """Return a text on one line, with an escape for each character that is not to be seen.

    A message may have line ends, characters that erase what is before them, and whole commands
    for terminals.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
