"""What a project and its plugins say about how a value is written."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from migrateops import errors

if TYPE_CHECKING:
    from migrateops.autogenerate.context import AutogenContext


@dataclass(frozen=True)
class RenderedValue:
    """What the hook ``migrateops_render_value`` may answer, besides a string.

    Attributes:
        source: A Python expression; empty to leave the value out.
        imports: The import lines that it needs.
    """

    source: str
    imports: Collection[str] = ()


_KINDS: tuple[tuple[type[Any], str], ...] = (
    (TypeEngine, "type"),
    (Column, "column"),
    (PrimaryKeyConstraint, "primary_key"),
    (ForeignKeyConstraint, "foreign_key"),
    (UniqueConstraint, "unique"),
    (CheckConstraint, "check"),
    (Index, "index"),
)


@functools.lru_cache(maxsize=512)
def kind_of(value_class: type[Any]) -> str | None:
    """Return the word by which ``render_item`` and the hook are told what a value of a class is, or None."""
    return next((kind for cls, kind in _KINDS if issubclass(value_class, cls)), None)


def custom_source(kind: str, value: Any, context: AutogenContext) -> str | None:
    """Ask ``render_item``, the dialect's pack, then plugins how a value is written.

    Args:
        kind: What the value is: ``"type"``, ``"server_default"``, ... ``"value"`` for any other.
        value: The value.
        context: What it is rendered for.

    Returns:
        The source, an empty string to leave the value out, or None where nobody says.
    """
    if not context.values_are_hooked and kind != "type":
        return None
    render_item = context.opts.get("render_item")
    if render_item is not None:
        from migrateops.autogenerate.context import asked_of

        answer = asked_of("render_item", _shown(kind, value), render_item, kind, value, context)
        if answer is not None and answer is not False and not isinstance(answer, str):
            wanted = "a string, None or False"
            raise errors.autogenerate.WrongHookAnswer(
                f"render_item of {_shown(kind, value)}", repr(answer), wanted
            )
        if answer is not False:
            return answer or ""
    if kind == "type" and context.migration_context is not None:
        written: str | None = context.migration_context.pack.render_type(value, context)
        if written is not None:
            return written
    for found in context.call_hook("migrateops_render_value", kind=kind, value=value):
        if isinstance(found, RenderedValue):
            context.imports.update(found.imports)
            return found.source
        return str(found)
    return None


def _shown(kind: str, value: Any) -> str:
    name = getattr(value, "name", None)
    return kind if name is None else f"{kind} {str(name)!r}"
