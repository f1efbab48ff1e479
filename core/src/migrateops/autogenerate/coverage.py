"""What a comparison leaves out, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrateops.autogenerate.context import AutogenContext
from migrateops.snapshot.kind import SnapshotKind
from migrateops.snapshot.reading import reading

SEQUENCE = "sequence"
"""The kind of objects that SQLAlchemy's ``Sequence`` stands for; a plugin reads and compares it."""

_SHOWN = 5
"""So many names of a kind are listed; a schema may have thousands."""


def not_compared(context: AutogenContext, kinds: Sequence[SnapshotKind[Any]]) -> list[str]:
    """Return what is not compared: parts of objects, objects that are there, other kinds.

    Args:
        context: What is compared.
        kinds: The kinds of objects that are.
    """
    lines = [line for kind in kinds for line in kind.not_compared]
    compared = {kind.name for kind in kinds}
    found: dict[str, list[str]] = {}
    if context.connection is not None:
        with reading("what there is besides tables"):
            unread = list(context.pack.unread(context.connection, context.compared_schemas))
        for kind, schema, name in unread:
            if kind not in compared:
                found.setdefault(kind, []).append(name if schema is None else f"{schema}.{name}")
    if SEQUENCE not in compared and context.dialect.supports_sequences:
        for metadata in context.metadatas:
            found.setdefault(SEQUENCE, []).extend(f"{name} (of the models)" for name in metadata._sequences)
    for kind, names in sorted((kind, names) for kind, names in found.items() if names):
        shown = ", ".join(sorted(names)[:_SHOWN])
        more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        lines.append(f"{kind}: {shown}{more}")
    lines.append(f"objects of other kinds than: {', '.join(sorted(compared))}")
    return lines
