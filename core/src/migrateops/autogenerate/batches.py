"""Which changes of a table are written as a batch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy.schema import DefaultClause

from migrateops.autogenerate.context import AutogenContext
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.schema_objects import from_type


def needed(op: ops.ModifyTableOps, context: AutogenContext) -> str | None:
    """Return what among the changes the server does in a batch alone, or None.

    Args:
        op: The changes.
        context: What they are rendered for; without a database nothing is needed.
    """
    if context.migration_context is None:
        return None
    target = context.migration_context.target
    if target.capabilities.alter_constraints and target.capabilities.alter_column:
        # Altering is all that a batch would do.
        return None
    for inner in op.ops:
        what = context.pack.rebuild_needed(inner, target)
        if what is not None:
            return f"{target.name} has no statement for {what}"
        if not _is_plain(inner):
            return f"{target.name} may refuse: {inner.describe()}"
    return None


def _is_plain(op: MigrateOperation) -> bool:
    """Say whether every server that has ALTER TABLE takes a change."""
    if isinstance(op, ops.AddColumnOp):
        return _is_plain_column(op.column)
    if isinstance(op, ops.DropColumnOp):
        return op.origin is None or _is_plain_column(op.origin.column, has_values=True)
    return True


def _is_plain_column(column: Column[Any], *, has_values: bool = False) -> bool:
    default = column.server_default
    if column.unique or column.primary_key or getattr(column.type, "create_constraint", False):
        return False
    if any(not from_type(one) for one in column.constraints) or (has_values and column.foreign_keys):
        return False
    if has_values:
        return True
    if default is None:
        return bool(column.nullable)
    return isinstance(default, DefaultClause) and isinstance(default.arg, str)
