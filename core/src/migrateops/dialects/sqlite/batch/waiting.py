"""What changes that wait for others mean to those that follow them, and to the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

from migrateops.dialects.sqlite.batch.tokens import same
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation


def comes_after_rows(
    operation: MigrateOperation, waiting: Sequence[MigrateOperation], present: Callable[[str], str]
) -> bool:
    """Say whether a change must find the rows as the changes that wait would leave them.

    A new column is filled before its default is dropped; a value goes through one type, then the next.

    Args:
        operation: The change.
        waiting: Those that wait.
        present: Returns what a column is called by now.
    """
    if not isinstance(operation, ops.AlterColumnOp):
        return False
    name, retypes = present(operation.column_name), operation.modify_type is not None
    changed = []
    for each in waiting:
        if isinstance(each, ops.AddColumnOp):
            changed.append(each.column.name)
        elif retypes and isinstance(each, ops.AlterColumnOp) and each.modify_type is not None:
            changed.append(present(each.column_name))
    return any(same(one, name) for one in changed)


def undoes_new_index(
    operation: MigrateOperation, waiting: Sequence[MigrateOperation], present: Callable[[str], str]
) -> bool:
    """Say whether a change drops an index that the changes that wait are to create, or a column of it.

    An index on other columns waits on: some of them may be added only after this change.

    Args:
        operation: The change.
        waiting: Those that wait.
        present: Returns what a column is called by now.
    """
    if isinstance(operation, ops.DropIndexOp):
        return any(
            each.column.index
            if isinstance(each, ops.AddColumnOp)
            else isinstance(each, ops.CreateIndexOp) and each.index_name == operation.index_name
            for each in waiting
        )
    if not isinstance(operation, ops.DropColumnOp):
        return False
    name = present(operation.column_name)
    return any(isinstance(each, ops.CreateIndexOp) and _may_be_on(each, name, present) for each in waiting)


def _may_be_on(index: ops.CreateIndexOp, name: str, present: Callable[[str], str]) -> bool:
    """Say whether an index is on a column; SQL in it may name any."""
    parts = [index.columns] if isinstance(index.columns, str) else index.columns
    sql = bool(index.kw) or not all(isinstance(part, str) for part in parts)
    return sql or any(isinstance(part, str) and same(present(part), name) for part in parts)


def drops_columns(waiting: Sequence[MigrateOperation]) -> bool:
    """Say whether a change that waits writes all rows, which a new table would do anyway."""
    return any(isinstance(operation, ops.DropColumnOp) for operation in waiting)


def may_break_keys(operation: MigrateOperation) -> bool:
    """Say whether foreign keys of the table, or to it, may be worse after a change than before."""
    return isinstance(
        operation, ops.DropColumnOp | ops.DropConstraintOp | ops.DropIndexOp | ops.AddConstraintOp
    ) or (isinstance(operation, ops.AddColumnOp) and bool(operation.column.foreign_keys))


def renames(operation: MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    """Say whether a change gives a column another name."""
    return isinstance(operation, ops.AlterColumnOp) and operation.modify_name is not None


def asked_by(
    error: Exception, waiting: Sequence[MigrateOperation], lines: Mapping[int, int | None]
) -> tuple[int, ...]:
    """Return the lines of the script that asked for what fails, sorted: of its column, or of all that waited.

    Args:
        error: What is raised.
        waiting: The changes that were being made.
        lines: By ``id()`` of a change.
    """
    column = getattr(error, "column", None)
    its = [each for each in waiting if isinstance(column, str) and same(_column(each), column)]
    found = {lines.get(id(each)) for each in its or waiting}
    return tuple(sorted(line for line in found if line is not None))


def _column(operation: MigrateOperation) -> str:
    if isinstance(operation, ops.AddColumnOp):
        return str(operation.column.name)
    return operation.column_name if isinstance(operation, ops.AlterColumnOp | ops.DropColumnOp) else ""
