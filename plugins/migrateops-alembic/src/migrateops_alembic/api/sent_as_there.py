"""Operations that the packs send in other words than Alembic: in its projects, its words count.

They stand in front of the packs' own, and let every operation past that is not of a project of Alembic's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from migrateops.operations import Operations, ops
from migrateops.operations.invocation import checked


@cache
def register(dialect: str) -> None:
    """Register them for a dialect, whose pack is loaded."""
    for op_cls, function in _FOR.get(dialect, {}).items():
        Operations.implementation_for(op_cls, replace=True, dialect=dialect)(function)


def of_alembic(context: Any) -> bool:
    """Say whether a context is of a project of Alembic's."""
    return "of_shape" in context.opts


def _send(operations: Any, op: Any, lowered: Callable[[Any, Any], Iterable[Any]]) -> None:
    context = operations.get_context()
    with checked(op, context.target):
        for statement in list(lowered(op, context.target)):
            context.run_statement(statement)


def alter_column_of_mysql(operations: Any, op: ops.AlterColumnOp) -> None:
    """State the column as far as the script tells of it: what it does not say is lost, as with Alembic."""
    if not of_alembic(operations.get_context()):
        operations.next(op)
        return
    from migrateops_alembic.api import mysql_elements

    if mysql_elements.is_told(op):
        _send(operations, op, mysql_elements.lowered)
    else:
        operations.next(op)


def add_column_of_mysql(operations: Any, op: ops.AddColumnOp) -> None:
    """Add the column, and what belongs to it by statements of their own; online, the pack does it in one."""
    context = operations.get_context()
    apart = context.as_sql or op.inline_references
    if not (of_alembic(context) and apart) or op.column.identity is not None:
        operations.next(op)
        return
    from migrateops.ddl import lower

    _send(operations, _without_names_inside(op), lower.add_column)


def add_column_of_postgresql(operations: Any, op: ops.AddColumnOp) -> None:
    """Add the column; a key inside of it has no name, as with Alembic."""
    if of_alembic(operations.get_context()) and op.inline_references:
        _without_names_inside(op)
    operations.next(op)


def _without_names_inside(op: ops.AddColumnOp) -> ops.AddColumnOp:
    if op.inline_references:
        for key in op.column.foreign_keys:
            key.name = None
    return op


def alter_column_of_postgresql(operations: Any, op: ops.AlterColumnOp) -> None:
    """Write the type first of all, as Alembic does; online, a default that it might not suit goes before."""
    context = operations.get_context()
    if not (of_alembic(context) and context.as_sql):
        operations.next(op)
        return
    chain = context.namespace.chain(type(op), context.target.keys)
    pack = next(each.function for each in chain if each.lowering)
    _send(operations, op, lambda op, target: _in_order(list(pack(op, target))))


def _in_order(statements: list[Any]) -> list[Any]:
    from sqlalchemy.schema import DropConstraint

    from migrateops.ddl.statements import ColumnDefault, ColumnNullable, ColumnType

    defaults = [one for one in statements if isinstance(one, ColumnDefault)]
    left = [one for one in statements if one not in defaults[:-1]]
    kinds = (DropConstraint, ColumnType, ColumnNullable)
    places = {kind: place for place, kind in enumerate(kinds)}
    return sorted(left, key=lambda one: min((p for k, p in places.items() if isinstance(one, k)), default=3))


_FOR: dict[str, dict[type[Any], Callable[[Any, Any], None]]] = {
    "mysql": {ops.AlterColumnOp: alter_column_of_mysql, ops.AddColumnOp: add_column_of_mysql},
    "postgresql": {
        ops.AlterColumnOp: alter_column_of_postgresql,
        ops.AddColumnOp: add_column_of_postgresql,
    },
}
