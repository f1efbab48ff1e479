"""What a dialect makes of a type, noted once for all types that are alike.

SQLAlchemy notes it for each instance, and scripts make a new instance of each type.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

_PLAIN = frozenset({str, int, bool, type(None)})
_MANY = 1000

_alike: dict[tuple[Any, ...], TypeEngine[Any]] = {}


def remember_type(type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> None:
    """Have the dialect take a type for one that it has seen: one of SQLAlchemy's, with plain values.

    Args:
        type_: A type that is going to be written.
        dialect: The dialect that writes it.
    """
    # SQLAlchemy has no public name for its notes.
    memos: Any = getattr(dialect, "_type_memos", None)
    if memos is None:
        return
    values = vars(type_)
    key = (type(type_), *values.items(), *map(type, values.values()))
    try:
        known = _alike.get(key)
    except TypeError:
        # A value that is not plain.
        return
    if known is None:
        known = _noted(type_, key)
        if known is None:
            return
    if known not in memos:
        known.dialect_impl(dialect)
    memos[type_] = memos[known]


def _noted(type_: TypeEngine[Any], key: tuple[Any, ...]) -> TypeEngine[Any] | None:
    plain = all(type(value) in _PLAIN for value in vars(type_).values())
    if not plain or not type(type_).__module__.startswith("sqlalchemy."):
        return None
    if len(_alike) >= _MANY:
        _alike.clear()
    # A copy, as the script may change its own.
    made = _alike[key] = copy(type_)
    return made
