"""What SQLite refuses, sent all the same where a project is lenient: scripts may go on after the error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrateops.operations import Operations, ops
from migrateops.operations.invocation import checked

if TYPE_CHECKING:
    from migrateops.operations.target import Target


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="sqlite")
def alter_column(operations: Operations, op: ops.AlterColumnOp) -> None:
    """Send the change of a column in the words of standard SQL; SQL is written so, too."""
    context = operations.get_context()
    target = context.target
    needed = context.pack.rebuild_needed(op, target)
    if target.passed_over is None or needed is None or op.modify_comment is not False:
        operations.next(op)
        return
    from sqlalchemy.exc import DBAPIError

    with checked(op, target):
        statements = _in_standard_words(op, target)
    try:
        for statement in statements:
            context.run_statement(statement)
    except DBAPIError as error:
        error.add_note(f"{target.name} does not support {needed}: use op.batch_alter_table")
        raise


def _in_standard_words(op: ops.AlterColumnOp, target: Target) -> list[Any]:
    from sqlalchemy.types import to_instance

    from migrateops.ddl import lower
    from migrateops.ddl.statements import ColumnNullable, ColumnType

    where = (op.table_name, op.column_name)
    made: list[Any] = []
    if op.modify_nullable is not None:
        made.append(ColumnNullable(*where, op.modify_nullable, op.schema))
    made += lower.alter_default(op, target)
    if op.modify_type is not None:
        made.append(ColumnType(*where, to_instance(op.modify_type), op.schema))
    return made + lower.alter_comment_and_name(op, target)
