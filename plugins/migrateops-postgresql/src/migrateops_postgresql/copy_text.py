"""Values in the text that COPY reads, a column at a time; the driver does it value by value."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

_ROWS_AT_ONCE = 5000
_NULL = "\\N"
_NONE = type(None)
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)


def _bool(value: bool) -> str:
    return "t" if value else "f"


def _bytes(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


_WRITTEN: dict[type, Callable[[Any], str]] = {
    int: str,
    float: repr,
    bool: _bool,
    bytes: _bytes,
    Decimal: str,
    UUID: str,
    datetime.date: str,
    datetime.datetime: str,
    datetime.time: str,
}


def lines(columns: Sequence[Sequence[Any]]) -> Iterator[str] | None:
    """Return the text of rows in parts, or None where only the driver knows how to write a value.

    Args:
        columns: The values of each column.
    """
    written = [_texts(column) for column in columns]
    if any(one is None for one in written):
        return None
    return _joined(zip(*[one for one in written if one is not None], strict=True))


def _joined(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        yield "\n".join(map("\t".join, part)) + "\n"


def _texts(column: Sequence[Any]) -> Iterator[str] | None:
    kinds = set(map(type, column))
    nullable = _NONE in kinds
    kinds.discard(_NONE)
    if len(kinds) > 1:
        return None
    kind = next(iter(kinds), str)
    write = _WRITTEN.get(kind)
    if kind is str:
        special = _SPECIAL.search("".join(filter(None, column)))
        write = _escaped if special else None
    elif write is None:
        return None
    if not nullable:
        return iter(column) if write is None else map(write, column)
    return (_NULL if value is None else value if write is None else write(value) for value in column)
