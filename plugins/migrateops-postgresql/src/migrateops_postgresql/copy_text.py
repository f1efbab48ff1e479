"""Values in the text that COPY reads, a column at a time; the driver does it value by value."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from uuid import UUID

from migrateops.ddl.rows import NONE

# How many rows are written by one call of Python's formatting, which is where it is fastest.
_ROWS_AT_ONCE = 2000
_NULL = "\\N"
# The first one is what the others are escaped with.
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_BOOLS = {True: "t", False: "f", None: _NULL}
# What str() makes of them is what the server reads, and has nothing to escape.
_AS_THEY_ARE: frozenset[type] = frozenset(
    {int, float, Decimal, UUID, datetime.date, datetime.datetime, datetime.time}
)


def blocks(columns: Sequence[Sequence[Any]], dump: Callable[[Any], str | None]) -> Iterator[str]:
    """Yield the text of rows in parts.

    Args:
        columns: The values of each column.
        dump: Returns the text of a value that only the driver knows how to write; None for NULL.
    """
    row = "\t".join(["%s"] * len(columns)) + "\n"
    whole = row * _ROWS_AT_ONCE
    values = chain.from_iterable(zip(*(_written(column, dump) for column in columns), strict=True))
    while part := tuple(islice(values, _ROWS_AT_ONCE * len(columns))):
        count = len(part) // len(columns)
        yield (whole if count == _ROWS_AT_ONCE else row * count) % part


def _written(column: Sequence[Any], dump: Callable[[Any], str | None]) -> Iterable[Any]:
    kinds = set(map(type, column))
    nullable = NONE in kinds
    kinds.discard(NONE)
    if kinds == {bool}:
        return map(_BOOLS.__getitem__, column)
    if kinds == {str}:
        column = _escaped(column)
    elif not kinds <= _AS_THEY_ARE:
        column = _escaped([None if value is None else dump(value) for value in column])
    elif Decimal in kinds:
        # The driver knows the one NaN that the server has.
        column = [dump(value) if type(value) is Decimal and value.is_nan() else value for value in column]
    elif not nullable:
        return column
    return [_NULL if value is None else value for value in column]


def _escaped(column: Sequence[str | None]) -> Sequence[str | None]:
    together = "".join(filter(None, column))
    for special, escape in _ESCAPES:
        if special in together:
            column = [value and value.replace(special, escape) for value in column]
    return column
