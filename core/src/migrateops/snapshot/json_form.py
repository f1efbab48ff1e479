"""Records as JSON data, and back, by what their dataclasses say."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any


def plain(value: Any, *, usual: bool = True) -> Any:
    """Return a value of a record as JSON has it: dataclasses as objects, tuples as lists.

    Args:
        value: The record, or something in it.
        usual: Write fields that have their default value as well.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: plain(item, usual=usual)
            for name, default in _fields(type(value))
            if (item := getattr(value, name)) != default or usual
        }
    if isinstance(value, Mapping):
        return {str(name): plain(item, usual=usual) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item, usual=usual) for item in value]
    return value


@functools.cache
def _fields(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(cls))


def built(cls: Any, data: Any) -> Any:
    """Return the value of a field, or the record, that `plain` made *data* of.

    Args:
        cls: The class of the record, or what is said of the field.
        data: JSON data.

    Raises:
        TypeError: It is something else.
    """
    if cls in _SIMPLE and type(data) is not cls:
        raise TypeError(f"{data!r} is no {cls.__name__}")
    if isinstance(cls, type) and dataclasses.is_dataclass(cls):
        if not isinstance(data, Mapping):
            raise TypeError(f"{data!r} is no {cls.__name__}")
        hints = _hints(cls)
        return cls(**{name: built(hints.get(name, Any), item) for name, item in data.items()})
    if typing.get_origin(cls) in (types.UnionType, typing.Union):
        if data is None and types.NoneType in typing.get_args(cls):
            return None
        return built(_said(cls), data)
    if typing.get_origin(cls) is tuple and not isinstance(data, list):
        raise TypeError(f"{data!r} is no list")
    if isinstance(data, list):
        items = typing.get_args(cls)
        if len(items) == 2 and items[1] is not Ellipsis:
            return tuple(built(kind, item) for item, kind in zip(data, items, strict=True))
        return tuple(built(items[0] if items else Any, item) for item in data)
    return dict(data) if isinstance(data, Mapping) else data


_SIMPLE = (str, int, bool)


def _said(cls: Any) -> Any:
    """Return which of several types a value has: of ``X | None``, the one that is not None.

    Of more than one, nothing is said.
    """
    found = [one for one in typing.get_args(cls) if one is not types.NoneType]
    return found[0] if len(found) == 1 else Any


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)
