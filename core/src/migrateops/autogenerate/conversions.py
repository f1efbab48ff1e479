"""What a change of a column's type needs, and leaves behind, beside the change itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import TypeEngine, to_instance

from migrateops.autogenerate.context import AutogenContext
from migrateops.operations import ops
from migrateops.operations.declare import REMARK, MigrateOperation

_REMARK = ("The server does not convert these values by itself; look at what it is told to do.",)


class ConvertedColumn(ops.AlterColumnOp):
    """Change the type of a column where the server has to be told how, on the way or on the way back.

    Attributes:
        there: The options that say it, for the change.
        back: The options that say it for the change back.
    """

    there: Mapping[str, Any]
    back: Mapping[str, Any]

    def reverse(self) -> ops.AlterColumnOp:
        plain = ops.AlterColumnOp(**_values(self))
        plain.kw = {name: value for name, value in self.kw.items() if name not in self.there}
        return _converted(plain.reverse(), self.back, self.there)


def converted(op: ops.AlterColumnOp, context: AutogenContext) -> ops.AlterColumnOp:
    """Return *op* with what the server has to be told to convert the values, if anything."""
    if op.modify_type is None or op.existing_type is None:
        return op
    old, new = to_instance(op.existing_type), to_instance(op.modify_type)
    there = context.pack.conversion(op.column_name, old, new, context.dialect)
    back = context.pack.conversion(op.modify_name or op.column_name, new, old, context.dialect)
    return _converted(op, there, back) if there or back else op


def told(op: ops.AlterColumnOp, context: AutogenContext) -> ops.AlterColumnOp:
    """Put on *op*, of which the way back is another operation, what the server has to be told."""
    if op.modify_type is not None and op.existing_type is not None:
        old, new = to_instance(op.existing_type), to_instance(op.modify_type)
        if there := context.pack.conversion(op.column_name, old, new, context.dialect):
            op.kw = {**op.kw, **there}
            op.info[REMARK] = _REMARK
    return op


def _converted(op: ops.AlterColumnOp, there: Mapping[str, Any], back: Mapping[str, Any]) -> ConvertedColumn:
    made = ConvertedColumn(**_values(op))
    made.kw = {**op.kw, **there}
    made.there, made.back = there, back
    if there:
        made.info[REMARK] = _REMARK
    return made


def _values(op: ops.AlterColumnOp) -> dict[str, Any]:
    return {field.name: getattr(op, field.name) for field in dataclasses.fields(op)}


def dropped_types(upgrade: ops.UpgradeOps, context: AutogenContext) -> list[MigrateOperation]:
    """Return what drops the named types that operations bring along, for the end of the way back."""
    connection = context.connection
    if connection is None:
        return []
    statements = context.pack.drops_of_types(connection, list(new_types(upgrade)))
    return [ops.ExecuteSQLOp(statement) for statement in statements]


def new_types(upgrade: ops.UpgradeOps) -> Iterator[TypeEngine[Any]]:
    """Yield the types of columns that are added or changed, once for each.

    Args:
        upgrade: The operations.
    """
    for op in upgrade.flat():
        if isinstance(op, ops.CreateTableOp):
            yield from (item.type for item in op.columns if isinstance(item, Column))
        elif isinstance(op, ops.AddColumnOp):
            yield op.column.type
        elif isinstance(op, ops.AlterColumnOp) and op.modify_type is not None:
            yield to_instance(op.modify_type)
