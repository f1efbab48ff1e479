"""``alembic.operations.batch``: a table made anew beside the old one, filled from it, and put in its place.

For what the packs do not: ``recreate="always"`` on a server that changes tables in place, a dialect whose
class says that it needs it (``requires_recreate_in_batch()``), and changes that a project has added to these
classes itself.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from sqlalchemy import (
    Constraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    inspect,
)
from sqlalchemy.exc import NoSuchTableError

from migrateops import errors
from migrateops.ddl.lower import type_constraints
from migrateops.operations import BatchOperations, ops
from migrateops.operations.batch import TableBatch
from migrateops.operations.schema_objects import SchemaObjects, from_type
from migrateops_alembic.api.impl import DefaultImpl


class BatchOperationsImpl:
    """What a batch is told, as calls to be made on one of two objects: an ``impl``, or a new table.

    Attributes:
        batch: The calls: name of the method, arguments, keyword arguments.
        given: What ``impl_operations`` keeps of the call that it makes.
    """

    def __init__(self, operations: Any, asked: TableBatch) -> None:
        self.operations = operations
        self.table_name = asked.table_name
        self.schema = asked.schema
        self.recreate = asked.recreate
        self.copy_from = asked.copy_from
        self.table_args = asked.table_args
        self.table_kwargs = dict(asked.table_kwargs or {})
        self.naming_convention = asked.naming_convention
        self.partial_reordering = asked.partial_reordering
        self.batch: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.given: Any = None

    @property
    def impl(self) -> Any:
        """The ``impl`` of the dialect."""
        return self.operations.migration_context.impl

    @property
    def context(self) -> Any:
        """The context that it belongs to."""
        return self.operations.migration_context

    @property
    def dialect(self) -> Any:
        """SQLAlchemy's dialect object."""
        return self.operations.migration_context.dialect

    def take(self, operation: Any) -> None:
        """Take a change up as calls.

        Args:
            operation: A built-in operation.
        """
        from migrateops_alembic.api.impl_operations import called

        target = self.operations.migration_context.target
        if isinstance(operation, ops.AlterColumnOp):
            for constraint in type_constraints(operation, operation.existing_type, target):
                self.drop_constraint(constraint)
        called(self, self.operations, operation)
        for name in ("insert_before", "insert_after"):
            if getattr(operation, name, None) is not None:
                self.batch[-1][2][name] = getattr(operation, name)
        if isinstance(operation, ops.AddColumnOp):
            column = operation.column._copy()
            alone = SchemaObjects(target).table(operation.table_name, column, schema=operation.schema)
            # Its copies have no keys then, which are added by themselves.
            name, (table_name, _), kw = self.batch[-1]
            self.batch[-1] = (name, (table_name, column), kw)
            for constraint in alone.constraints:
                if not isinstance(constraint, PrimaryKeyConstraint) and not from_type(constraint):
                    self.add_constraint(constraint)
            for index in alone.indexes:
                self.create_index(index)

    def add_column(self, *args: Any, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("add_column", args, kw))

    def alter_column(self, *args: Any, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("alter_column", args, kw))

    def drop_column(self, *args: Any, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("drop_column", args, kw))

    def add_constraint(self, const: Constraint) -> None:
        """Note the call."""
        self.batch.append(("add_constraint", (const,), {}))

    def drop_constraint(self, const: Constraint) -> None:
        """Note the call."""
        self.batch.append(("drop_constraint", (const,), {}))

    def create_index(self, idx: Index, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("create_index", (idx,), kw))

    def drop_index(self, idx: Index, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("drop_index", (idx,), kw))

    def create_table_comment(self, table: Table) -> None:
        """Note the call."""
        self.batch.append(("create_table_comment", (table,), {}))

    def drop_table_comment(self, table: Table) -> None:
        """Note the call."""
        self.batch.append(("drop_table_comment", (table,), {}))

    def rename_table(self, *args: Any, **kw: Any) -> None:
        """Note the call."""
        self.batch.append(("rename_table", args, kw))

    def flush(self) -> None:
        """Make the new table with all changes.

        Raises:
            DefinitionNeeded: There is no connection to ask for the table, and it is not given.
        """
        # Most batches make no table.
        from migrateops_alembic.api.new_table import ApplyBatchImpl

        made = ApplyBatchImpl(
            self.impl,
            self.table(),
            self.table_args,
            self.table_kwargs,
            self.copy_from is None,
            self.partial_reordering,
        )
        for name, args, kw in self.batch:
            getattr(made, name)(*args, **kw)
        made.create(self.impl)

    def table(self) -> Table:
        """Return the table as it is, or as it is said to be."""
        if self.copy_from is not None:
            return self.copy_from
        context = self.operations.migration_context
        if context.as_sql:
            raise errors.batch.DefinitionNeeded(self.table_name)
        metadata = MetaData(naming_convention=dict(self.naming_convention or {}) or None)
        table = Table(
            self.table_name, metadata, schema=self.schema, autoload_with=context.connection, resolve_fks=False
        )
        for column in table.c:
            said = str(getattr(column.server_default, "arg", ""))
            if column.autoincrement is True and said.startswith("nextval("):
                # The sequence goes with the old table; the new one has its own.
                column.server_default = None
        return table


def run(operations: Any, asked: TableBatch) -> None:
    """Make the changes of a batch: by the dialect's pack, or by a new table where Alembic makes one.

    Args:
        operations: What sends statements.
        asked: What was asked for.
    """
    from migrateops_alembic.api.impl_operations import is_called

    context = operations.migration_context
    is_sqlite = context.pack.name == context.dialect.name == "sqlite"
    says = type(context.impl).requires_recreate_in_batch is not DefaultImpl.requires_recreate_in_batch
    may_need = not is_sqlite and (asked.recreate == "always" or (asked.recreate == "auto" and says))
    if not is_sqlite:
        altered = _altering(asked)._replace(recreate="auto", copy_from=None)
    elif asked.describes_new_table and not _is_made_anew(operations, asked):
        altered = _altering(asked)
    else:
        altered = _in_its_order(operations, asked)
    if not may_need and all(map(is_called, asked.operations)):
        context.pack.run_batch(operations, altered)
        return
    batch = BatchOperationsImpl(operations, asked)
    left: list[Any] = []
    for operation in asked.operations:
        changes = [operation] if is_called(operation) else _changes_of(operation, operations, batch)
        for change in changes:
            batch.take(change)
        left += changes
    own = any(name not in vars(DefaultImpl) for name, _, _ in batch.batch)
    if own or (may_need and (asked.recreate == "always" or context.impl.requires_recreate_in_batch(batch))):
        context.settle()
        batch.flush()
    else:
        context.pack.run_batch(operations, altered._replace(operations=tuple(left)))


def _altering(asked: TableBatch) -> TableBatch:
    """Return a batch without what it says of a new table: where the table is altered, that says nothing."""
    return asked._replace(partial_reordering=(), table_args=(), table_kwargs=None)


def _is_made_anew(operations: Any, asked: TableBatch) -> bool:
    """Say whether a batch on SQLite is one that Alembic makes a new table for."""
    from migrateops_alembic.api.impl_operations import is_called

    if asked.recreate != "auto":
        return asked.recreate == "always"
    batch = BatchOperationsImpl(operations, asked)
    for operation in asked.operations:
        if not is_called(operation):
            return True
        batch.take(operation)
    needs: bool = operations.migration_context.impl.requires_recreate_in_batch(batch)
    return needs


def _in_its_order(operations: Any, asked: TableBatch) -> TableBatch:
    """Return a batch for SQLite's pack whose columns end in the order that Alembic gives them."""
    changes = list(asked.operations)
    for at, operation in enumerate(changes):
        if isinstance(operation, ops.AlterColumnOp) and (operation.insert_before or operation.insert_after):
            changes[at] = changed = copy(operation)
            changed.insert_before = changed.insert_after = None
    asked = asked._replace(operations=tuple(changes))
    added = [one for one in changes if isinstance(one, ops.AddColumnOp)]
    placed = any(one.insert_before or one.insert_after for one in added)
    dropped = [one.column_name for one in changes if isinstance(one, ops.DropColumnOp)]
    if not asked.partial_reordering and (placed or not added or not dropped):
        # They come last, or where they are put.
        return asked
    present = _columns(operations, asked)
    named = {*dropped, *(place for one in added for place in (one.insert_before, one.insert_after) if place)}
    if present is None or not named <= {*present, *(one.column.name for one in added)}:
        # What is wrong, the pack says.
        return asked
    from migrateops_alembic.api.column_order import ColumnOrder

    columns = ColumnOrder(present)
    for one in changes:
        if isinstance(one, ops.AddColumnOp):
            columns.add(one.column.name, one.insert_before, one.insert_after)
        elif isinstance(one, ops.DropColumnOp):
            columns.drop(one.column_name)
    return asked._replace(partial_reordering=(tuple(columns.names(asked.partial_reordering)),))


def _columns(operations: Any, asked: TableBatch) -> list[str] | None:
    """Return the names of a table's columns; None where they are not to be had."""
    if asked.copy_from is not None:
        return [column.name for column in asked.copy_from.columns]
    context = operations.migration_context
    if context.as_sql:
        return None
    try:
        return [
            column["name"]
            for column in inspect(context.connection).get_columns(asked.table_name, schema=asked.schema)
        ]
    except NoSuchTableError:
        return None


def _changes_of(operation: Any, operations: Any, batch: BatchOperationsImpl) -> list[Any]:
    """Run an operation of the project's own, and return the changes to the table that it asks for."""
    inner = BatchOperations(operations, batch.table_name, batch.schema)
    inner._impl = batch
    inner.known.invoke(operation)
    return inner.queue
