"""EXCLUDE constraints as objects, made of what the server says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import conv

_BEGIN = re.compile(r"exclude using (?P<method>\w+) ?\(", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere ?\((?P<where>.*)\)(?: deferrable| initially|$)", re.IGNORECASE | re.DOTALL)
_WITH = re.compile(r"(?P<what>.*) with (?P<operator>.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_NAME = r'(?:"(?:[^"]|"")+"|[^\x00-^`{-\x7f][\w$]*)'
_ELEMENT = re.compile(rf"(?P<name>{_NAME})(?: (?P<class>{_NAME}))?")
_COLON = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")


def constraint(name: str | None, definition: str) -> ExcludeConstraint | None:
    """Return the constraint, or None where its text is not understood.

    Args:
        name: Its name, unquoted.
        definition: Its text, from EXCLUDE on, as the server writes it or in canonical form.
    """
    begin = _BEGIN.match(definition)
    if begin is None:
        return None
    parts = list(_split(definition[begin.end() :]))
    tail = parts.pop()
    elements: list[tuple[Any, str]] = []
    classes: dict[str, str] = {}
    for part in parts:
        said = _WITH.fullmatch(part)
        if said is None:
            return None
        what, operator = said["what"].strip(), said["operator"].strip()
        plain = _ELEMENT.fullmatch(what)
        if plain is None:
            elements.append((_sql(what), operator))
            continue
        elements.append((column(_unquoted(plain["name"])), operator))
        if plain["class"]:
            classes[_unquoted(plain["name"])] = plain["class"]
    where = _WHERE.search(tail)
    after = (tail if where is None else tail[where.end("where") :]).lower()
    return ExcludeConstraint(
        *elements,
        name=None if name is None else conv(name),
        using=begin["method"],
        where=None if where is None else _sql(where["where"].strip()),
        ops=classes,
        deferrable=True if " deferrable" in f" {after}" else None,
        initially="DEFERRED" if "initially deferred" in after else None,
    )


def _split(listed: str) -> Iterator[str]:
    """Yield the elements up to the bracket that closes them, then what is behind it."""
    # Nothing in quotes is a bracket or a comma.
    shown = _QUOTED.sub(lambda found: "x" * len(found[0]), listed)
    depth, begin = 0, 0
    for position, mark in enumerate(shown):
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
            if depth < 0:
                yield listed[begin:position].strip()
                yield listed[position + 1 :].strip()
                return
        elif mark == "," and depth == 0:
            yield listed[begin:position].strip()
            begin = position + 1
    yield listed[begin:].strip()
    yield ""


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _sql(expression: str) -> Any:
    return text(_COLON.sub(r"\\:", expression))
