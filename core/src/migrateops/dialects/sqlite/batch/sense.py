"""What can be seen to be wrong with a batch before any change is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Column

from migrateops import errors
from migrateops.dialects.sqlite.batch import catalog
from migrateops.dialects.sqlite.batch.tokens import same
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import ops
from migrateops.operations.checking import refuse_misspelt_dialects, require_types
from migrateops.operations.invocation import refuse_unknown_options

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation
    from migrateops.operations.target import Target

_BUILD_ANEW = 'leave recreate at "auto", which builds the table anew'


@contextmanager
def named(batch: TableBatch, target: Target) -> Iterator[None]:
    """Let errors in the block say which batch it was, and on which database."""
    try:
        yield
    except MigrateOpsError as error:
        error.add_note(f"{batch.describe()} on {target.name}")
        raise


def require_sense(
    batch: TableBatch, target: Target, needs_rebuild: Callable[[MigrateOperation], str | None]
) -> None:
    """Refuse what can be seen to be wrong without a look at the table.

    Raises:
        MigrateOpsError: Something is.
    """
    for operation in batch.operations:
        refuse_unknown_options(operation, target)
        require_types(operation, target)
        refuse_misspelt_dialects(operation, target.keys)
        if isinstance(operation, ops.AddColumnOp):
            column = operation.column
            if not isinstance(column, Column) or not column.name:
                raise errors.operations.NotASchemaItem("add_column", "a Column with a name", f"{column!r}")
        if isinstance(operation, ops.AddColumnOp | ops.AlterColumnOp) and None not in (
            operation.insert_before,
            operation.insert_after,
        ):
            given = "both insert_before and insert_after"
            raise errors.batch.BatchArgument(
                batch.table_name, f"the place in {operation.describe()}", given, "one of them"
            )
    if batch.recreate == "never":
        needed = [(operation.describe(), needs_rebuild(operation)) for operation in batch.operations]
        if batch.describes_new_table:
            needed.append((batch.describe(), "describing a new table where none is made"))
        for described, what in needed:
            if what is not None:
                raise errors.operations.UnsupportedOperation(described, target.name, what, _BUILD_ANEW)


def require_there(connection: Connection, schema: str | None, batch: TableBatch, target: Target) -> None:
    """Make sure that there is such a table, and that indexes that are dropped are its own.

    Raises:
        TableNotFound: There is none.
        NoOrdinaryTable: It is none that can be changed.
        ChangeRefused: An index is on another table.
    """
    found = catalog.entries(connection, schema)
    table = catalog.find(connection, schema, batch.table_name, found)
    others = {entry.name: entry.table for entry in found if entry.type == "index"}
    for operation in batch.operations:
        if isinstance(operation, ops.DropIndexOp):
            owner = others.get(str(operation.index_name), table.name)
            if not same(owner, table.name):
                raise errors.batch.ChangeRefused(
                    operation.describe(), target.name, f"the index is on table {owner!r}"
                )
