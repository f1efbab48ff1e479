"""What a comparison leaves out, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Enum
from sqlalchemy.types import ARRAY, TypeDecorator, TypeEngine

from migrateops.autogenerate.context import AutogenContext
from migrateops.plugins.known import KNOWN_OPERATIONS
from migrateops.snapshot.kind import Key, SnapshotKind
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.reading import reading

SEQUENCE = "sequence"
"""The kind of objects that SQLAlchemy's ``Sequence`` stands for; a plugin reads and compares it."""

ENUM = "enum"
"""The word of packs for enums that are types of their own; of those of the models, values are looked at."""

_PLUGIN = KNOWN_OPERATIONS["create_sequence"]

_SHOWN = 5
"""So many names of a kind are listed; a schema may have thousands."""


def note_not_compared(context: AutogenContext, kinds: Sequence[SnapshotKind[Any]]) -> None:
    """Put into *context* what is not compared: parts of objects, objects that are there, other kinds.

    Args:
        context: What is compared.
        kinds: The kinds of objects that are.
    """
    compared = {kind.name for kind in kinds}
    found: dict[str, list[str]] = {}
    looked_at: set[str] = set()
    if context.connection is not None:
        with reading("objects besides tables", context.pack, context.connection):
            unread = list(context.pack.unread(context.connection, context.compared_schemas))
            enums = list(_enums(context))
            notes = context.pack.notes_of_types(context.connection, enums) if enums else None
            if notes is not None:
                context.notes += notes
                looked_at = {_name_of_enum(type_, context) for type_ in enums}
        for kind, schema, name in unread:
            if kind not in compared:
                found.setdefault(kind, []).append(name if schema is None else f"{schema}.{name}")
    context.coverage += [line for kind in kinds for line in kind.not_compared]
    for kind, names in sorted(found.items()):
        if number := sum(kind != ENUM or name not in looked_at for name in names):
            context.uncompared[kind] += number
        context.coverage.append(f"{kind}: {_listed(names)}")
    context.coverage.append(f"objects of other kinds than: {', '.join(sorted(compared))}")
    if SEQUENCE not in compared and context.dialect.supports_sequences:
        context.notes += [
            f"sequence {name!r} of the models is not created, nor compared: {_PLUGIN} does that"
            for metadata in context.metadatas
            for name in metadata._sequences
        ]


def _enums(context: AutogenContext) -> Iterator[TypeEngine[Any]]:
    """Yield the types of columns of the models that are enums, or of them."""
    for metadata in context.metadatas:
        for table in metadata.tables.values():
            for column in table.columns:
                if enum_in(column.type) is not None:
                    yield column.type


def enum_in(type_: TypeEngine[Any]) -> Enum | None:
    """Return the enum that a type is, or is made of."""
    inner: Any = type_
    while isinstance(inner, ARRAY | TypeDecorator):
        inner = inner.item_type if isinstance(inner, ARRAY) else inner.impl_instance
    return inner if isinstance(inner, Enum) else None


def _name_of_enum(type_: TypeEngine[Any], context: AutogenContext) -> str:
    """Return the name of the enum in a type as it is listed."""
    enum = enum_in(type_)
    assert enum is not None
    schema = own_schema(enum.schema, context.dialect)
    return str(enum.name) if schema is None else f"{schema}.{enum.name}"


def note_part(context: AutogenContext, key: Key, part_of: str) -> None:
    """Put into *context* that an object is left alone, as it belongs to another one.

    Args:
        context: What is compared.
        key: The object, which is not in the models.
        part_of: What it belongs to.
    """
    context.coverage.append(f"{key.kind} {key.name}: not in the models; it belongs to {part_of}")
    context.uncompared[f"{key.kind} that belongs to another"] += 1


def note_of_order(context: AutogenContext) -> list[str]:
    """Return a note of the tables that have their columns in another order, once for all; or nothing.

    It is for those who ask how two sides differ: there is nothing to be done about it, and a table to which
    a column was added has it for good.
    """
    if not context.reordered:
        return []
    tables = _listed(context.reordered)
    return [f"columns are in another order than in the models, and stay so: table {tables}"]


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more
