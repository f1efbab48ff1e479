"""JSON Schemas, written from the types of what commands print."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from migrateops.errors.base import MigrateOpsError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


@dataclass(frozen=True)
class Fields:
    """An object that no class stands for.

    Attributes:
        required: The types of its members, by name.
        optional: Of those that may be left out.
        also: A class with further members.
    """

    required: Mapping[str, Any]
    optional: Mapping[str, Any] | None = None
    also: type | None = None


FAULT = Fields({"code": str, "message": str, "notes": list[str], "hint": str | None})


def schema_of(kind: Any, title: str) -> dict[str, Any]:
    """Return the schema of a document; it allows no other members."""
    return {"$schema": DIALECT, "title": title, **_schema(kind)}


def opened(schema: Any) -> Any:
    """Return a schema to publish: it allows members that a later version may add."""
    if isinstance(schema, dict):
        return {name: opened(one) for name, one in schema.items() if one is not False}
    return [opened(one) for one in schema] if isinstance(schema, list) else schema


def _schema(kind: Any) -> dict[str, Any]:
    if isinstance(kind, Fields):
        return _object(kind)
    if isinstance(kind, list):
        # A list of an object that no class stands for.
        return {"type": "array", "items": _schema(kind[0])}
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one) for one in arguments]}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [one.value for one in kind]}
    if isinstance(kind, type) and issubclass(kind, Exception):
        return _object(FAULT)
    if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
        return _object(Fields({}, also=kind))
    raise TypeError(f"no schema for {kind!r}")


def _object(kind: Fields) -> dict[str, Any]:
    members = {**(_members(kind.also) if kind.also is not None else {}), **kind.required}
    described = _descriptions(kind.also) if kind.also is not None else {}
    properties = {}
    for name, one in {**members, **(kind.optional or {})}.items():
        about = {"description": described[name]} if name in described else {}
        properties[name] = {**about, **_schema(one)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(members),
        "additionalProperties": False,
    }


def _members(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls, localns={"MigrateOpsError": MigrateOpsError})
    names = [field.name for field in fields(cls)] if is_dataclass(cls) else list(getattr(cls, "_fields"))  # noqa: B009
    return {name: hints[name] for name in names}


def _descriptions(cls: type) -> dict[str, str]:
    """Return what the docstring of a class says of its attributes."""
    text = (cls.__doc__ or "").partition("Attributes:\n")[2]
    found = re.findall(r"^ {8}(\w+): (.+(?:\n {12}.+)*)", text, re.MULTILINE)
    # In the words of JSON, which the reader of a schema knows.
    return {name: re.sub(r"\bNone\b", "null", " ".join(about.split())) for name, about in found}
