"""What ALTER TABLE does by itself, with the outcome that a new table would have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column as SchemaColumn
from sqlalchemy import Computed, PrimaryKeyConstraint

from migrateops.dialects.sqlite.batch.edit import changes
from migrateops.dialects.sqlite.batch.tokens import mentions, tokens
from migrateops.operations import ops
from migrateops.operations.schema_objects import SchemaObjects, wanted_by

if TYPE_CHECKING:
    from migrateops.dialects.sqlite.batch.catalog import Entry
    from migrateops.dialects.sqlite.batch.definition import TableDefinition
    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation
    from migrateops.operations.target import Target

# "ALTER TABLE DROP COLUMN": https://www.sqlite.org/releaselog/3_35_0.html
DROP_COLUMN = (3, 35, 0)


def all_native(
    part: Sequence[MigrateOperation],
    batch: TableBatch,
    target: Target,
    look: Callable[[], tuple[TableDefinition, list[Entry]]] | None,
) -> bool:
    """Say whether no new table is needed for some operations, one after the other.

    Args:
        part: The operations; those that are neither of the table nor of its indexes do not count.
        batch: What they are part of.
        target: The database.
        look: Returns the definition of the table and all objects of its schema; None in a stream.
    """
    dropped: set[str | None] = set()
    for operation in filter(of_table_or_index, part):
        if not _native(operation, batch, target, look, dropped):
            return False
        if isinstance(operation, ops.DropIndexOp):
            dropped.add(operation.index_name)
    return True


def of_table_or_index(operation: MigrateOperation) -> bool:
    """Say whether an operation changes the table or its indexes."""
    return changes(operation) or isinstance(operation, ops.CreateIndexOp | ops.DropIndexOp)


def moves(operation: ops.AlterColumnOp | ops.AddColumnOp) -> bool:
    """Say whether an operation says where its column is to be."""
    return operation.insert_before is not None or operation.insert_after is not None


def _native(
    operation: MigrateOperation,
    batch: TableBatch,
    target: Target,
    look: Callable[[], tuple[TableDefinition, list[Entry]]] | None,
    dropped: Collection[str | None],
) -> bool:
    match operation:
        case ops.CreateIndexOp() | ops.DropIndexOp():
            return True
        case ops.CreateTableCommentOp() | ops.DropTableCommentOp():
            return True
        case ops.AlterColumnOp():
            return not _changes_definition(operation) and not moves(operation)
        case ops.AddColumnOp():
            return not moves(operation) and _can_add(operation.column, batch, target)
        case ops.DropColumnOp():
            if (target.server_version or DROP_COLUMN) < DROP_COLUMN or operation.kw.get("existing_type"):
                return False
            if look is None:
                return batch.copy_from is None
            return _can_drop(operation, *look(), dropped)
    return False


def _changes_definition(operation: ops.AlterColumnOp) -> bool:
    return (
        operation.modify_type is not None
        or operation.modify_nullable is not None
        or operation.modify_server_default is not False
    )


def _can_add(column: SchemaColumn[Any], batch: TableBatch, target: Target) -> bool:
    """Say whether ADD COLUMN takes it: https://www.sqlite.org/lang_altertable.html#altertabaddcol."""
    table = SchemaObjects(target).table(batch.table_name, column)
    # A foreign key to the same table brings the column there along.
    made = next(each for each in table.columns if each.name == column.name)
    if made.primary_key or isinstance(made.server_default, Computed):
        return False
    if any(
        not isinstance(each, PrimaryKeyConstraint) and wanted_by(each, target.dialect)
        for each in table.constraints
    ):
        return False
    default = made.server_default
    if default is None:
        return bool(made.nullable)
    return isinstance(getattr(default, "arg", None), str)


def _can_drop(
    operation: ops.DropColumnOp,
    definition: TableDefinition,
    found: Sequence[Entry],
    dropped: Collection[str | None],
) -> bool:
    column = definition.column(operation.column_name)
    if column is None:
        return bool(operation.if_exists)
    if any(column.has(kind) for kind in ("primary key", "unique", "references")):
        return False
    # Whatever else of the schema names it: SQLite would refuse, and say less about why.
    texts = [each.text for each in definition.constraints]
    texts += [other.text for other in definition.columns if other is not column]
    texts += [entry.sql for entry in found if entry.type != "table" and entry.name not in dropped]
    return not any(mentions(tokens(text), column.name) for text in texts)
