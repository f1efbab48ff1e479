"""Print what differs between two schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from migrateops.cli.fast import encodable
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import console, note, on_terminal, say

if TYPE_CHECKING:
    from migrateops.snapshot.changes import ObjectChange, PartChange

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def say_changes(
    invocation: Invocation,
    changes: Sequence[ObjectChange],
    notes: Sequence[str],
    uncompared: Mapping[str, int],
) -> None:
    """Print differences, a line for each, in colours on a terminal; then what is to be known of them."""
    lines = [line for change in changes for line in _lines(change)]
    if on_terminal():
        from rich.text import Text

        on = console(invocation)
        for how, text in lines:
            on.print(Text(encodable(text), style=_STYLES[how]), soft_wrap=True)
    else:
        for _, text in lines:
            say(text)
    if not changes and not invocation.quiet:
        say("no difference")
    if not invocation.quiet:
        say_notes(notes, uncompared)


def say_notes(notes: Sequence[str], uncompared: Mapping[str, int]) -> None:
    """Print what a comparison has to say, and in one line what it did not look at."""
    for text in notes:
        note(f"note: {text}")
    if uncompared:
        found = ", ".join(f"{kind} ({number})" for kind, number in sorted(uncompared.items()))
        note(f"note: not compared: {found}; `migrateops coverage` lists them")


def _lines(change: ObjectChange) -> Iterator[tuple[str, str]]:
    name = change.name if change.schema is None else f"{change.schema}.{change.name}"
    words = change.old if change.new is None else change.new
    consists = f" ({words})" if words else ""
    yield change.how, f"{_SIGNS[change.how]} {change.kind} {name}{consists}"
    for part in change.parts:
        yield part.how, f"    {_SIGNS[part.how]} {_part(part, change)}"


def _part(part: PartChange, change: ObjectChange) -> str:
    """Return a line without its sign: what it is, what of it, and what it was and is."""
    # Of a plugin's object, the part is the object itself.
    what = "" if part.what == change.kind else part.what
    words = part.old if part.new is None else part.new
    if part.how == "changed":
        words = f"{part.old or 'none'} -> {part.new or 'none'}"
    if part.attribute == "name":
        words = f"renamed to {part.new}"
    attribute = None if part.attribute == "name" else part.attribute
    said = " ".join(text for text in (attribute, words) if text)
    place = " ".join(text for text in (what, part.name) if text)
    return ": ".join(text for text in (place, said) if text)
