"""``alembic.util.langhelpers``: small functions on values that extensions use."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")

EMPTY_DICT: Mapping[Any, Any] = MappingProxyType({})


def asbool(value: object) -> bool:
    """Return whether *value* is not None and is written as something true."""
    return value is not None and str(value).lower() == "true"


def rev_id() -> str:
    """Return a new revision id."""
    return uuid.uuid4().hex[-12:]


def to_tuple(x: Any, default: tuple[Any, ...] | None = None) -> tuple[Any, ...] | None:
    """Return *x* as a tuple: a string is one item, None is *default*."""
    if x is None:
        return default
    if isinstance(x, str) or not isinstance(x, Iterable):
        return (x,)
    return tuple(x)


def to_list(x: Any, default: list[Any] | None = None) -> list[Any] | None:
    """Return *x* as a list: a string is one item, None is *default*."""
    found = to_tuple(x)
    return default if found is None else list(found)


def unique_list(seq: Iterable[T], key: Callable[[T], Any] | None = None) -> list[T]:
    """Return the items, each once, in their order; *key* says which are the same."""
    found: dict[Any, T] = {}
    for item in seq:
        found.setdefault(item if key is None else key(item), item)
    return list(found.values())


def dedupe_tuple(tup: tuple[T, ...]) -> tuple[T, ...]:
    """Return the items, each once, in their order."""
    return tuple(dict.fromkeys(tup))


def not_none(value: T | None) -> T:
    """Return *value*, which must not be None."""
    assert value is not None
    return value
