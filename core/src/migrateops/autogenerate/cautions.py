"""What may stand in the way of changes: said in the script, before it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import NullType

from migrateops.autogenerate import layout
from migrateops.autogenerate.context import AutogenContext
from migrateops.operations import ops
from migrateops.operations.declare import REMARK, MigrateOperation
from migrateops.operations.ops.tables import dotted

_NO_VALUE = (
    "Rows that are there get no value for it. Give it a server_default; or add it nullable, fill it with "
    "op.execute(), and alter it then."
)
_NULL = "Rows that have NULL stand in the way: fill them first, with op.execute()."
_NO_TYPE = "SQLAlchemy does not know the type of {}: write it in the place of NullType()."


def cautioned(container: ops.OpContainer) -> list[str]:
    """Put a remark above each change that rows may stand in the way of, and return what it says in notes.

    Whether there are rows is not asked: those of other databases count as much.

    Args:
        container: The operations.
    """
    notes = []
    for op in container.flat():
        for advice, note in _cautions(op):
            op.info[REMARK] = (*op.info.get(REMARK, ()), *layout.remark(advice))
            notes.append(note)
    return notes


def _cautions(op: MigrateOperation) -> Iterator[tuple[str, str]]:
    """Yield what the script and what the terminal say of a change."""
    if isinstance(op, ops.AddColumnOp) and not op.column.nullable and op.column.server_default is None:
        if op.column.primary_key:
            # Left on it, it has the server number the rows.
            return
        which = f"column {op.column.name!r} of table {_called(op)!r}"
        yield _NO_VALUE, f"{which} is new, NOT NULL and has no server_default: what of rows that are there?"
    if isinstance(op, ops.AlterColumnOp) and op.modify_nullable is False and op.existing_nullable:
        which = f"column {op.column_name!r} of table {_called(op)!r}"
        yield _NULL, f"{which} becomes NOT NULL: what of rows that have NULL?"


def unknown_types(container: ops.OpContainer) -> list[str]:
    """Put a remark above what makes columns of types that nobody can write, and return notes of them.

    They are those of the database: a model of such a type is refused.

    Args:
        container: The operations.
    """
    notes = []
    for op in container.flat():
        names = [str(column.name) for column in _made(op) if isinstance(column.type, NullType)]
        if names:
            listed = ", ".join(map(repr, names))
            advice = _NO_TYPE.format(f"column {listed}" if len(names) == 1 else f"columns {listed}")
            op.info[REMARK] = (*op.info.get(REMARK, ()), *layout.remark(advice))
        table = _called(op)
        notes += [
            f"column {name!r} of table {table!r}: SQLAlchemy does not know its type; write it in downgrade()"
            for name in names
        ]
    return notes


def lost_comments(container: ops.OpContainer, context: AutogenContext) -> list[str]:
    """Return a note of what is new and has a comment, where the server keeps none; once for all.

    Args:
        container: The operations; they keep the comments, for other databases.
        context: What they were found with.
    """
    if context.has_comments:
        return []
    found: list[str] = []
    for op in container.flat():
        table = _called(op)
        if isinstance(op, ops.CreateTableOp) and op.comment is not None:
            found.append(f"table {table!r}")
        found += [f"column '{table}.{column.name}'" for column in _made(op) if column.comment is not None]
    if not found:
        return []
    more = f" (with {len(found) - 1} more)" if len(found) > 1 else ""
    name = context.dialect.name
    return [f"comments stay in the models and the script, as {name} does not keep any: {found[0]}{more}"]


def _called(op: Any) -> str:
    return dotted(getattr(op, "schema", None), str(getattr(op, "table_name", None)))


def _made(op: MigrateOperation) -> list[Column[Any]]:
    if isinstance(op, ops.CreateTableOp):
        return [item for item in op.columns if isinstance(item, Column)]
    return [op.column] if isinstance(op, ops.AddColumnOp) else []
