"""What ``--json`` prints: the values that commands return, as objects and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from migrateops.errors.base import MigrateOpsError


def plain(value: Any) -> Any:
    """Return a value as JSON has it.

    An object with ``as_dict()``, an error among them, says itself what it is; a dataclass and a
    named tuple are objects with their fields.
    """
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, MigrateOpsError) or hasattr(value, "as_dict"):
        return plain(value.as_dict())
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")
