"""Types, defaults and expressions in the form in which equal ones agree, the server's and the models'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_NAMES = {
    "int": "integer",
    "smallint": "integer",
    "decimal": "number",
    "numeric": "number",
    "dec": "number",
    "double precision": "float",
    "varchar": "varchar2",
    "character varying": "varchar2",
    "character": "char",
}
_SIZES = {"timestamp": "(6)", "float": "(126)", "char": "(1)"}
_TYPE = re.compile(r"([a-z][a-z0-9_ ]*?) ?(\([^)]*\))?( with .*)?")
_PART = re.compile(r"('(?:[^']|'')*')")
_PLAIN_NAME = re.compile(r'"([A-Z][A-Z0-9_$#]*)"')


def type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's text, in lower case, under one name and with its size."""
    text = " ".join(type_.compile(dialect=dialect).lower().split())
    found = _TYPE.fullmatch(text)
    if found is None:
        return text
    name = _NAMES.get(found[1], found[1])
    size = re.sub(r" ?, ?", ",", (found[2] or "")).replace(",0)", ")")
    if name == "number" and size == "(38)":
        # What an integer is to the server.
        name, size = "integer", ""
    return f"{name}{size or _SIZES.get(name, '')}{found[3] or ''}"


def default_text(text: str | None) -> str | None:
    """Return a default as an expression; a column whose default was dropped has NULL as one.

    An empty string is NULL.
    """
    if text is None:
        return None
    written = expression_text(text)
    return None if written in ("null", "''") else written


def expression_text(text: str) -> str:
    """Return an expression in lower case outside of its strings, without blanks and plain quotes of names.

    The server keeps a default as it was written, and quotes all names of an expression.
    """
    parts = _PART.split(text.strip())
    return "".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(part: str) -> str:
    # In capitals the name is what it would be without quotes.
    squeezed = re.sub(r"\s+", " ", _PLAIN_NAME.sub(r"\1", part))
    squeezed = re.sub(r" ?([-+*/|<>=(),]) ?", r"\1", squeezed)
    return re.sub(
        r'"[^"]*"|[^"]+', lambda found: found[0] if found[0][0] == '"' else found[0].lower(), squeezed
    )
