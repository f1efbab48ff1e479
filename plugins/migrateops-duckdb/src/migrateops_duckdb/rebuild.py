"""A batch that builds the table anew, in a transaction: constraints change, and no index is in the way.

The new table is made from the engine's own text of the old one. Its rows are copied, columns are altered
on the copy, which has no indexes yet, and it takes the place and the name of the old one. The copy has no
foreign keys: where a table that has some is renamed, the engine refuses each change of the tables that
they refer to. They come with a last copy, which is created under the table's name.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrateops.errors.batch import (
    ColumnNotFound,
    ColumnStillUsed,
    RebuildRefused,
    TableNotFound,
    TableUnreadable,
)
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.batch import TableBatch
from migrateops.operations.ops.base import AddConstraintOp
from migrateops_duckdb import constraints, lower
from migrateops_duckdb.constraints import Constraint
from migrateops_duckdb.error_kind import error_kind
from migrateops_duckdb.indexed import Index, find_indexes
from migrateops_duckdb.sql_text import Item, create_table, ddl, items_of, names, quoted, string
from migrateops_duckdb.transactions import in_transaction

_TABLE = text(
    "SELECT schema_name, table_name, sql, comment FROM duckdb_tables()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table)"
)
_COMMENTS = text(
    "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database()"
    " AND schema_name = :schema AND table_name = :table AND comment IS NOT NULL ORDER BY column_index"
)
_CONSTRAINTS = (AddConstraintOp, ops.DropConstraintOp)
# What is done by copying: the engine drops no column that stands before one with a UNIQUE.
_COPYING = (*_CONSTRAINTS, ops.DropColumnOp)
_COLUMNS = (ops.AddColumnOp, ops.DropColumnOp, ops.AlterColumnOp)
_COMMENT = (ops.CreateTableCommentOp, ops.DropTableCommentOp)
_INDEX = (ops.CreateIndexOp, ops.DropIndexOp)


def wanted(operations: Operations, batch: TableBatch) -> bool:
    """Say whether the table has to be built anew for a batch."""
    target = operations.get_context().target
    if batch.recreate == "always" or any(isinstance(op, _CONSTRAINTS) for op in spelled_out(batch, target)):
        return True
    if not any(isinstance(op, _COLUMNS) for op in batch.operations):
        return False
    connection = operations.get_context().connection
    dropped = {op.column_name.lower() for op in batch.operations if isinstance(op, ops.DropColumnOp)}
    for constraint in constraints.find_constraints(connection, batch.schema, batch.table_name):
        if dropped & {column.lower() for column in constraint.columns}:
            return True
    return bool(find_indexes(operations, batch.table_name, batch.schema)) and in_transaction(connection)


def spelled_out(batch: TableBatch, target: Target) -> Iterator[MigrateOperation]:
    """Yield the changes of a batch, with columns and their constraints one after the other."""
    for op in batch.operations:
        if isinstance(op, ops.AddColumnOp):
            yield from constraints.spelled_out(op, target)
        else:
            yield op


def run(operations: Operations, batch: TableBatch) -> None:
    """Build the table of a batch anew; in a transaction of its own where there is none.

    Raises:
        TableNotFound: There is no such table.
        UnsupportedOperation: The table cannot be replaced, or the batch asks for what cannot be made so.
        RebuildRefused: The rows do not fit.
    """
    rebuild = Rebuild(operations, batch)
    rebuild.refuse()
    with _atomically(operations.get_context().connection):
        rebuild.run()


@contextmanager
def _atomically(connection: Connection) -> Iterator[None]:
    if in_transaction(connection):
        yield
        return
    connection.exec_driver_sql("BEGIN")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        if in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK")
        raise


class Rebuild:
    """One table, while it is built anew.

    Args:
        operations: What sends statements.
        batch: What was asked for.
    """

    def __init__(self, operations: Operations, batch: TableBatch) -> None:
        context = operations.get_context()
        self.operations = operations
        self.batch = batch
        self.target = context.target
        self.changes = list(spelled_out(batch, context.target))
        self.connection: Connection = context.connection
        self._send = context.run_statement
        row = self._row(batch.table_name, batch.schema)
        if row is None:
            raise TableNotFound(batch.table_name)
        self.schema, self.table = str(row.schema_name), str(row.table_name)
        self.indexes: list[Index] = find_indexes(operations, self.table, self.schema)
        self.new_indexes: list[ops.CreateIndexOp] = []
        self.foreign_keys: list[Item] = []
        self._copies = 0

    # -- what cannot be done ------------------------------------------------------------------
    def refuse(self) -> None:
        """Refuse what cannot be done, before anything is sent."""
        if self.batch.describes_new_table or self.batch.copy_from is not None:
            raise self._unsupported("the arguments of a batch that describe the new table", "leave them out")
        users = constraints.referring(self.connection, self.table)
        if users:
            raise self._unsupported(
                f"building a table anew that a foreign key refers to (of {', '.join(users)})",
                "build those tables anew without the foreign key first",
            )
        for op in self.changes:
            if not isinstance(op, _CONSTRAINTS + _COLUMNS + _COMMENT + _INDEX):
                raise self._unsupported(f"{op.describe()} in a batch", "do it before or after the batch")
            referred = getattr(op, "referent_table", None)
            if referred is not None and referred.lower() == self.table.lower():
                raise self._unsupported(
                    "a foreign key from a table that is built anew to itself", "create a new table with it"
                )
        if self._items(self.table) is None:
            raise TableUnreadable(self.table, "the engine's text of it has a form that is not known")

    def _unsupported(self, what: str, instead: str) -> UnsupportedOperation:
        return UnsupportedOperation(self.batch.describe(), self.target.name, what, instead)

    # -- the work -----------------------------------------------------------------------------
    def run(self) -> None:
        """Make the changes in order, each kind on a copy; then let the last copy be the table."""
        current = self.table
        groups = [
            (is_copying, list(changes))
            for is_copying, changes in groupby(self.changes, key=lambda op: isinstance(op, _COPYING))
        ]
        if not groups or not groups[0][0]:
            groups.insert(0, (True, []))
        for is_copying, changes in groups:
            if is_copying:
                current = self._copy(current, changes)
            else:
                for op in changes:
                    self._change(op, current)
        self._drop(self.table)
        if self.foreign_keys:
            self._fill(self.table, current, self._items(current) or [])
            self._drop(current)
        else:
            self._run(f"ALTER TABLE {self._named(current)} RENAME TO {quoted(self.table)}")
        for index in self.indexes:
            for statement in index.create(self.table):
                self._send(statement)
        for created in self.new_indexes:
            self.operations.invoke(created)

    def _copy(self, current: str, changes: Sequence[Any]) -> str:
        """Return the name of a copy whose constraints are changed, and that lacks the dropped columns."""
        items = self._items(current) or []
        known = constraints.find_constraints(self.connection, self.schema, current)
        if current == self.table:
            self.foreign_keys = [item for item in items if item.is_foreign_key]
        else:
            known += constraints.find_constraints(self.connection, self.schema, self.table, "FOREIGN KEY")
        items = [item for item in items if not item.is_foreign_key]
        for op in changes:
            if isinstance(op, ops.CreateForeignKeyOp):
                self.foreign_keys.append(constraints.added(op, self.target))
            elif isinstance(op, AddConstraintOp):
                items.append(constraints.added(op, self.target))
            elif isinstance(op, ops.DropColumnOp):
                items = self._without_column(op, items, known)
            else:
                said = self._said_of(op, items)
                dropped = constraints.meant(op, self.table, known, self.target, said)
                items = self._without(dropped, items, known) if dropped is not None else items
        self._copies += 1
        name = f"migrateops_{self._copies}_{self.table}"
        self._fill(name, current, items)
        if current != self.table:
            self._drop(current)
        return name

    def _fill(self, name: str, current: str, items: Sequence[Item]) -> None:
        """Create a table with the rows and comments of another one; under the table's name, with its keys."""
        columns = [item for item in items if item.column is not None]
        others = [item for item in items if item.column is None]
        keys = self.foreign_keys if name == self.table else []
        rows = constraints.column_names(columns)
        comment = self._row(current, self.schema).comment
        try:
            self._run(create_table(self._named(name), [*columns, *keys, *others]))
            self._run(f"INSERT INTO {self._named(name)} ({rows}) SELECT {rows} FROM {self._named(current)}")
        except DBAPIError as error:
            if error_kind(error) != "constraint":
                raise
            raise RebuildRefused(self.table, "its rows do not fit", str(error.orig)) from error
        if comment is not None:
            self._run(f"COMMENT ON TABLE {self._named(name)} IS {string(comment)}")
        found = self.connection.execute(_COMMENTS, {"schema": self.schema, "table": current})
        for column, said in found.all():
            if any(item.column is not None and names(item.column, column) for item in columns):
                self._run(f"COMMENT ON COLUMN {self._named(name)}.{quoted(column)} IS {string(said)}")

    def _said_of(self, op: Any, items: Sequence[Item]) -> str | None:
        """Return how the engine writes the condition of a CHECK that an operation takes back.

        It is asked by a table that has it: nobody else knows what it makes of one.
        """
        if op.origin is None or op.constraint_type != "check":
            return None
        asked = f"migrateops_asked_{self.table}"
        columns = [item for item in items if item.column is not None]
        self._run(create_table(self._named(asked), [*columns, constraints.added(op.reverse(), self.target)]))
        [said] = [one.expression for one in self._checks(asked)]
        self._drop(asked)
        return said

    def _checks(self, table: str) -> list[Constraint]:
        return constraints.find_constraints(self.connection, self.schema, table, "CHECK")

    def _without(self, dropped: Constraint, items: list[Item], known: list[Constraint]) -> list[Item]:
        known.remove(dropped)
        is_key = dropped.type == "FOREIGN KEY"
        left = constraints.without(self.foreign_keys if is_key else items, dropped)
        if left is None:
            raise TableUnreadable(self.table, f"{dropped.text} is not found in the engine's text of it")
        if is_key:
            self.foreign_keys = left
            return items
        return left

    def _without_column(self, op: ops.DropColumnOp, items: list[Item], known: list[Constraint]) -> list[Item]:
        """Return the items without a column, and without the constraints that are of it alone.

        Raises:
            ColumnNotFound: There is no such column.
            ColumnStillUsed: A constraint of several columns has it.
        """
        # It refuses the options that there are not.
        list(lower.drop_column(op, self.target))
        [*found] = (item for item in items if item.column is not None and names(item.column, op.column_name))
        if not found:
            if op.if_exists:
                return items
            raise ColumnNotFound(op.describe(), self.table, op.column_name)
        for constraint in list(known):
            if not any(column.lower() == op.column_name.lower() for column in constraint.columns):
                continue
            if len(constraint.columns) > 1:
                raise ColumnStillUsed(op.describe(), self.table, op.column_name, constraint.text)
            items = self._without(constraint, items, known)
        self.indexes = [index for index in self.indexes if not index.mentions(op.column_name)]
        return [item for item in items if item.column is None or not names(item.column, op.column_name)]

    def _comment(self, name: str, current: str, comment: str | None, items: Sequence[Item]) -> None:
        if comment is not None:
            self._run(f"COMMENT ON TABLE {self._named(name)} IS {string(comment)}")
        found = self.connection.execute(_COMMENTS, {"schema": self.schema, "table": current})
        for column, said in found.all():
            if any(item.column is not None and names(item.column, column) for item in items):
                self._run(f"COMMENT ON COLUMN {self._named(name)}.{quoted(column)} IS {string(said)}")

    def _change(self, op: MigrateOperation, current: str) -> None:
        """Make a change that is none of constraints; what is about indexes waits for the last copy."""
        if isinstance(op, ops.CreateIndexOp):
            self.new_indexes.append(op)
            return
        if isinstance(op, ops.DropIndexOp):
            name = op.index_name
            left = [index for index in self.indexes if index.name.lower() != str(name).lower()]
            if len(left) == len(self.indexes):
                # None of this table's; the engine says what is wrong with that.
                self.operations.invoke(op)
            self.indexes = left
            return
        if isinstance(op, ops.AlterColumnOp) and op.modify_name:
            new = op.modify_name
            self.indexes = [index.on_renamed(op.column_name, new) for index in self.indexes]
            self.foreign_keys = [key.with_renamed(op.column_name, new) for key in self.foreign_keys]
        on_copy: Any = copy.copy(op)
        on_copy.table_name, on_copy.schema = current, self.schema
        self.operations.invoke(on_copy)

    # -- statements ---------------------------------------------------------------------------
    def _row(self, table: str, schema: str | None) -> Any:
        return self.connection.execute(_TABLE, {"schema": schema, "table": table}).one_or_none()

    def _items(self, table: str) -> list[Item] | None:
        return items_of(self._row(table, self.schema).sql)

    def _named(self, table: str) -> str:
        return constraints.qualified(self.schema, table)

    def _drop(self, table: str) -> None:
        self._run(f"DROP TABLE {self._named(table)}")

    def _run(self, statement: str) -> None:
        self._send(ddl(statement))
