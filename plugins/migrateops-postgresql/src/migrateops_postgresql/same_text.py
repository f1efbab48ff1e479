"""Where the server makes of a value's text what it makes of the value.

INSERT casts a value to the type that the script gives its column, and the server then to the column's
own; COPY reads the text as the column's own type.  The two are the same where the types agree.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import types
from sqlalchemy.dialects.postgresql import JSONB

from migrateops.ddl.rows import NONE, Given


class Stored(NamedTuple):
    """The type of a column in the database.

    Attributes:
        name: As in ``pg_type``.
        modifier: Of this column, such as a precision; -1 for none.
    """

    name: str
    modifier: int


_offset = attrgetter("tzinfo")
_STRINGS = frozenset({"text", "varchar", "bpchar"})
_DEFAULT_SCALE = 0
# What numeric(p, s) is in the catalog.
_HEADER, _PRECISION_BITS = 4, 16


def _one_of(*names: str) -> Callable[[Any, Stored], bool]:
    return lambda type_, stored: stored.name in names


def _enum(type_: types.Enum, stored: Stored) -> bool:
    return stored.name == type_.name if type_.native_enum else stored.name in _STRINGS


def _float(type_: types.Float[Any], stored: Stored) -> bool:
    return type_.precision is None and stored.name == "float8"


def _numeric(type_: types.Numeric[Any], stored: Stored) -> bool:
    if stored.name != "numeric":
        return False
    if type_.precision is None:
        return True
    scale = type_.scale if type_.scale is not None else _DEFAULT_SCALE
    return stored.modifier == ((type_.precision << _PRECISION_BITS) | scale) + _HEADER


def _moment(name: str) -> Callable[[Any, Stored], bool]:
    def agree(type_: Any, stored: Stored) -> bool:
        wanted = f"{name}tz" if type_.timezone else name
        return stored.name == wanted and getattr(type_, "precision", None) in (None, stored.modifier)

    return agree


def _interval(type_: types.Interval, stored: Stored) -> bool:
    return type_.second_precision is None and stored.name == "interval"


def _uuid(type_: types.Uuid[Any], stored: Stored) -> bool:
    return stored.name == "uuid" if type_.native_uuid else stored.name in _STRINGS


_Agree = Callable[[Any, Stored], bool]

# The first type that fits counts.
_SAME: tuple[tuple[type[types.TypeEngine[Any]], frozenset[type], _Agree], ...] = (
    (types.Enum, frozenset({str}), _enum),
    (types.String, frozenset({str}), _one_of(*_STRINGS)),
    (types.Integer, frozenset({int}), _one_of("int2", "int4", "int8")),
    (types.REAL, frozenset(), _one_of()),
    (types.Float, frozenset({float, int}), _float),
    (types.Numeric, frozenset({Decimal, int}), _numeric),
    (types.Boolean, frozenset({bool}), _one_of("bool")),
    (types.DateTime, frozenset({datetime.datetime}), _moment("timestamp")),
    (types.Date, frozenset({datetime.date}), _one_of("date")),
    (types.Time, frozenset({datetime.time}), _moment("time")),
    (types.Interval, frozenset({datetime.timedelta}), _interval),
    (types.LargeBinary, frozenset({bytes}), _one_of("bytea")),
    (types.Uuid, frozenset({UUID}), _uuid),
    (JSONB, frozenset({dict, list}), _one_of("jsonb")),
    (types.JSON, frozenset({dict, list}), _one_of("json", "jsonb")),
)


def agreement(type_: types.TypeEngine[Any], given: Given) -> _Agree | None:
    """Return what says of a column's type in the database whether text does; None if it never does.

    Args:
        type_: The type that the script gives the column.
        given: The values for it.
    """
    kinds = given.kinds - {NONE}
    fits, agree = next(
        ((fits, agree) for base, fits, agree in _SAME if isinstance(type_, base)), (frozenset(), None)
    )
    if not kinds <= fits:
        return None
    local = isinstance(type_, types.DateTime | types.Time) and not type_.timezone
    if local and set(map(_offset, filter(None, given.values))) - {None}:
        # It would be read over, where INSERT converts by it.
        return None
    return agree
