"""How a column is dropped: with the foreign keys that it came with, as the servers keep it for their sake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from migrateops import errors
from migrateops.ddl import lower
from migrateops.operations import Operations, Target, ops
from migrateops.operations.invocation import checked
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_mysql import reading
from migrateops_mysql.options import refuse_dialect_options
from migrateops_mysql.statements import AlterTableBy, Writer


@Operations.lowering_for(ops.DropColumnOp, dialect="mysql")
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield DROP COLUMN, and DROP FOREIGN KEY for those of ``add_column`` where it is taken back.

    Raises:
        IncompleteOperation: One of them has no name.
    """
    refuse_dialect_options(op)
    names = []
    for key in _came_with(op, target):
        if not isinstance(key.name, str):
            raise errors.operations.IncompleteOperation(
                op.describe(), target.name, "the name of the foreign key"
            )
        names.append(str(target.dialect.identifier_preparer.format_constraint(key)))
    yield from _statements(op, target, names)


@Operations.implementation_for(ops.DropColumnOp, replace=True, dialect="mysql")
def drop_existing_column(operations: Operations, op: ops.DropColumnOp) -> None:
    """Drop a column with its foreign keys: all of one that is added no more, else those without a name.

    Both are looked up.  Nobody can drop a key by a name that the server has made.
    """
    context = operations.get_context()
    if context.as_sql:
        operations.next(op)
        return
    with checked(op, context.target):
        refuse_dialect_options(op)
        found = reading.foreign_keys_of_column(context.connection, op.table_name, op.column_name, op.schema)
        if not _came_with(op, context.target):
            of_server = re.compile(rf"{re.escape(op.table_name)}_ibfk_\d+", re.IGNORECASE)
            found = tuple([name for name in found if of_server.fullmatch(name)])
        names = [Writer(context.target.dialect).name(name) for name in found]
        for statement in list(_statements(op, context.target, names)):
            context.run_statement(statement)


def _came_with(op: ops.DropColumnOp, target: Target) -> list[Any]:
    """Return the foreign keys of the column as it was added; none where that is not known."""
    if op.origin is None:
        return []
    table = SchemaObjects(target).table(op.table_name, op.origin.column, schema=op.schema)
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name or ""))


def _statements(op: ops.DropColumnOp, target: Target, names: Sequence[str]) -> Iterator[Any]:
    if not names:
        yield from lower.drop_column(op, target)
        return
    if_exists = lower.supported(op.if_exists, "column_if_exists", op, target, "IF EXISTS of a column")
    exists = "IF EXISTS " if if_exists else ""
    clauses = [f"DROP FOREIGN KEY {exists}{name}" for name in names]
    column = Writer(target.dialect).name(op.column_name)
    yield AlterTableBy(op.table_name, [*clauses, f"DROP COLUMN {exists}{column}"], op.schema)
