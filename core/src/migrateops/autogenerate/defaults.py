"""Server defaults: apart from their columns, and those of the models that the server does not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Computed, Identity
from sqlalchemy.schema import DefaultClause

from migrateops import errors
from migrateops.autogenerate.context import AutogenContext
from migrateops.operations import ops


def apart(default: Any) -> Any:
    """Return a server default apart from its column: an object belongs to one column alone."""
    if isinstance(default, DefaultClause):
        return DefaultClause(default.arg)
    if isinstance(default, Computed | Identity):
        return default._copy()
    return default


def refuse_wrong_defaults(upgrade: ops.UpgradeOps, context: AutogenContext) -> None:
    """Refuse operations that say a server default which the server does not take.

    Args:
        upgrade: The operations.
        context: What was compared.

    Raises:
        DefaultRefused: There is one.
    """
    found = list(_columns(upgrade))
    columns = [column for _, column in found]
    if not columns or context.connection is None:
        return
    refused = context.pack.refused_default(context.connection, columns)
    if refused is not None:
        column, problem = refused
        default: Any = column.server_default
        table = next(table for table, each in found if each is column)
        raise errors.autogenerate.DefaultRefused(table, str(column.name), repr(str(default.arg)), problem)


def _columns(upgrade: ops.UpgradeOps) -> Iterator[tuple[str, Column[Any]]]:
    """Yield table and column of each new default."""
    for op in upgrade.flat():
        if not isinstance(op, ops.CreateTableOp | ops.AddColumnOp | ops.AlterColumnOp):
            continue
        listed: list[Any] = []
        if isinstance(op, ops.CreateTableOp):
            listed = [item for item in op.columns if isinstance(item, Column)]
        elif isinstance(op, ops.AddColumnOp):
            listed = [op.column]
        elif isinstance(op.modify_server_default, DefaultClause):
            type_ = op.modify_type or op.existing_type
            default = DefaultClause(op.modify_server_default.arg)
            listed = [] if type_ is None else [Column(op.column_name, type_, server_default=default)]
        for column in listed:
            if isinstance(column.server_default, DefaultClause):
                yield op.table_name, column
