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
_NOTED = "_type_affinity"
"""What SQLAlchemy notes in a type of a primary key; it follows from the class."""

_examples: dict[tuple[Any, ...], TypeEngine[Any]] = {}


def alike(type_: TypeEngine[Any]) -> TypeEngine[Any] | None:
    """Return a type that stands for all that are like this one: of SQLAlchemy's, with the same plain values.

    None for a type that is not all plain values.
    """
    values = type_.__dict__
    if _NOTED in values:
        values = {name: value for name, value in values.items() if name != _NOTED}
    key = (type_.__class__, *values, *values.values(), *map(type, values.values()))
    try:
        example = _examples.get(key)
    except TypeError:
        # A value that is not plain.
        return None
    if example is not None:
        return example
    plain = all(type(value) in _PLAIN for value in values.values())
    if not plain or not type(type_).__module__.startswith("sqlalchemy."):
        return None
    if len(_examples) >= _MANY:
        _examples.clear()
    # A copy, as the script may change its own.
    _examples[key] = example = copy(type_)
    return example


def impl_of(type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> TypeEngine[Any]:
    """Return ``type_.dialect_impl(dialect)``, or that of a type like it.

    Args:
        type_: A type.
        dialect: The dialect.
    """
    return (alike(type_) or type_).dialect_impl(dialect)


def remember_type(type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> None:
    """Have the dialect take a type for one that it has seen: one of SQLAlchemy's, with plain values.

    Args:
        type_: A type that is going to be written.
        dialect: The dialect that writes it.
    """
    # SQLAlchemy has no public name for its notes.
    memos: Any = getattr(dialect, "_type_memos", None)
    known = alike(type_)
    if memos is None or known is None:
        return
    if known not in memos:
        known.dialect_impl(dialect)
    memos[type_] = memos[known]
