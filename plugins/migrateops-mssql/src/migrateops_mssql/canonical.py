"""Types, defaults and expressions in the form in which equal ones agree, the server's and the models'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_NAMES = {
    "integer": "int",
    "numeric": "decimal",
    "dec": "decimal",
    "double precision": "float",
    "character varying": "varchar",
    "character": "char",
    "national character varying": "nvarchar",
    "national character": "nchar",
    "binary varying": "varbinary",
    "rowversion": "timestamp",
    "boolean": "bit",
}
# What the server takes a type for where nothing is said.
_SIZES = {
    "decimal": "(18,0)",
    "datetime2": "(7)",
    "time": "(7)",
    "datetimeoffset": "(7)",
    "char": "(1)",
    "nchar": "(1)",
    "varchar": "(1)",
    "nvarchar": "(1)",
    "binary": "(1)",
    "varbinary": "(1)",
}
_TYPE = re.compile(r"([a-z][a-z0-9 ]*?) ?(\([^)]*\))?( collate .*)?")
_STRING = re.compile(r"(N?'(?:[^']|'')*')", re.IGNORECASE)
_NOW = re.compile(r"\bcurrent_timestamp\b(?!\()")


def type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's text, in lower case, under one name and with its size."""
    text = " ".join(type_.compile(dialect=dialect).lower().split())
    found = _TYPE.fullmatch(text)
    if found is None:
        return text
    name = _NAMES.get(found[1], found[1])
    size = (found[2] or "").replace(" ", "")
    if name == "float":
        # Two precisions there are: up to 24 it is a real.
        bits = int(size[1:-1]) if size else 53
        name, size = ("real" if bits <= 24 else "float"), ""
    if name == "decimal" and size and "," not in size:
        size = f"{size[:-1]},0)"
    return f"{name}{size or _SIZES.get(name, '')}{found[3] or ''}"


def expression_text(text: str) -> str:
    """Return an expression in lower case outside of its strings, without blanks, [ ] and outer brackets.

    Around a number or a whole default the server writes brackets, as in ``((5))``.
    """
    parts = _STRING.split(text.strip())
    written = "".join(
        part.removeprefix("N").removeprefix("n") if number % 2 else _plain(part)
        for number, part in enumerate(parts)
    )
    while written.startswith("(") and written.endswith(")") and _closes_last(written):
        written = written[1:-1]
    return written


def _plain(part: str) -> str:
    squeezed = re.sub(r"\s+", " ", part).lower()
    squeezed = re.sub(r" ?([-+*/%<>=(),]) ?", r"\1", squeezed)
    squeezed = _NOW.sub("getdate()", squeezed)
    return re.sub(r"\[(\w+)\]", r"\1", re.sub(r"\((-?\d+(?:\.\d+)?)\)", r"\1", squeezed))


def _closes_last(text: str) -> bool:
    depth = 0
    for position, mark in enumerate(_STRING.sub(lambda found: "x" * len(found[0]), text)):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if depth == 0:
            return position == len(text) - 1
    return False
