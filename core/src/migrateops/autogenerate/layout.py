"""Python source: string literals, calls, and how long lines are broken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

WIDTH = 100
"""Longest line, in characters, before a call is broken into one argument a line."""

INDENT = "    "

_STRING = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_TOKEN = re.compile(rf"{_STRING}|[(\[{{]|[)\]}}]|,", re.DOTALL)
_LITERAL = re.compile(_STRING, re.DOTALL)


def remark(text: str, indent: str = INDENT) -> list[str]:
    """Return sentences as the lines of a comment, without what makes them one.

    Args:
        text: The sentences.
        indent: What it may be indented by, in addition to a function's body.
    """
    width = WIDTH - len(INDENT) - len(indent) - len("# ")
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def string(text: str) -> str:
    """Return a string literal, in double quotes where they need no backslash."""
    return _double_quoted(repr(str(text)))


def double_quoted(source: str) -> str:
    """Return source with its string literals in double quotes where they need no backslash."""
    return _LITERAL.sub(lambda found: _double_quoted(found[0]), source) if "'" in source else source


def _double_quoted(literal: str) -> str:
    body = literal[1:-1]
    # A quote inside is escaped only where both kinds are there.
    if literal[0] == "'" and '"' not in body:
        return f'"{body}"'
    return literal


def call(name: str, arguments: Iterable[str]) -> str:
    """Return a call on one line; empty arguments are left out."""
    return f"{name}({', '.join(filter(None, arguments))})"


def broken_call(name: str, arguments: Iterable[str], indent: str = "", more: int = 0) -> list[str]:
    """Return the lines of a call: one, or one an argument where that would be too long.

    Args:
        name: What is called.
        arguments: The source of each argument, on one line; empty ones are left out.
        indent: What the first line will be indented by, in addition to a function's body.
        more: How many characters will follow the last line.
    """
    listed = list(filter(None, arguments))
    line = call(name, listed)
    if len(indent) + len(INDENT) + len(line) + more <= WIDTH or not listed:
        return [line]
    return _one_a_line(f"{name}(", listed, ")", indent)


def _one_a_line(head: str, items: Iterable[str], tail: str, indent: str) -> list[str]:
    lines = [head]
    for item in items:
        broken = broken_lines(item, indent + INDENT)
        broken[-1] += ","
        lines += [INDENT + line for line in broken]
    lines.append(tail)
    return lines


def broken_lines(source: str, indent: str = "") -> list[str]:
    """Return an expression as lines, broken at its outermost bracket where it is too long."""
    if len(indent) + len(INDENT) + len(source) < WIDTH:
        return [source]
    parts = _outermost(source)
    if parts is None:
        return [source]
    head, items, tail = parts
    return _one_a_line(head, items, tail, indent)


def _outermost(source: str) -> tuple[str, list[str], str] | None:
    """Split ``head(a, b)`` at the bracket that ends the source; None when there is none."""
    depth, start = 0, -1
    cuts: list[int] = []
    last: tuple[int, int, list[int]] | None = None
    for found in _TOKEN.finditer(source):
        token = found[0]
        if token in "([{":
            depth += 1
            if depth == 1:
                start, cuts = found.end(), []
        elif token in ")]}":
            depth -= 1
            if depth == 0:
                last = (start, found.start(), cuts)
        elif token == "," and depth == 1:
            cuts.append(found.start())
    if last is None or last[1] != len(source) - 1:
        return None
    start, end, cuts = last
    items = [item for item in _between(source, start, end, cuts) if item]
    if not items or (source[end] == ")" and len(items) == 1 and source[start - 1] == source[0]):
        # A bracketed expression, or a tuple of one, where a comma has a meaning.
        return None
    return source[:start], items, source[end]


def _between(source: str, start: int, end: int, cuts: Iterable[int]) -> Iterator[str]:
    for cut in cuts:
        yield source[start:cut].strip()
        start = cut + 1
    yield source[start:end].strip()
