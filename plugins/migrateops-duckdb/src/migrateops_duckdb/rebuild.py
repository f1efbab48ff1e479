"""A batch that builds the table anew, in a transaction: constraints change, and nothing is in the way.

The engine refuses to alter what something depends on: a constraint, an index, a generated column, a
foreign key of another table.  So the rows go to a copy that has nothing of these, and that is altered as
any table is.  Then the table is dropped, and made again of the copy and of what was taken off.  Tables that
refer to it are put aside meanwhile, and come back as they were.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection
from sqlalchemy.types import to_instance

from migrateops import errors
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.batch import TableBatch
from migrateops.operations.ops.base import AddConstraintOp
from migrateops_duckdb import constraints, lower
from migrateops_duckdb.constraints import Constraint, Kept
from migrateops_duckdb.indexed import Index
from migrateops_duckdb.sql_text import Item, names, quoted, tokens
from migrateops_duckdb.tables import Comments, Tables, column_of, renamed, without_keys
from migrateops_duckdb.transactions import in_transaction

_CONSTRAINTS = (AddConstraintOp, ops.DropConstraintOp)
# A key's columns get no other names; a CHECK does not find its own under one that it writes otherwise.
_SPEAKING = ("FOREIGN KEY", "CHECK")
_COLUMNS = (ops.AddColumnOp, ops.DropColumnOp, ops.AlterColumnOp)
_COMMENT = (ops.CreateTableCommentOp, ops.DropTableCommentOp)
_INDEX = (ops.CreateIndexOp, ops.DropIndexOp)


def wanted(operations: Operations, batch: TableBatch) -> bool:
    """Say whether the table has to be built anew for a batch."""
    context = operations.get_context()
    changes = list(spelled_out(batch, context.target))
    if batch.recreate == "always" or any(isinstance(op, _CONSTRAINTS) or _computes(op) for op in changes):
        return True
    changes = [op for op in changes if is_refused_where_used(op)]
    if not changes:
        return False
    connection: Connection = context.connection
    tables = Tables(operations, batch.schema)
    if constraints.referring(connection, batch.table_name, batch.schema):
        return True
    kinds = {one.type for one in constraints.find_constraints(connection, batch.schema, batch.table_name)}
    if any(_renames(op) for op in changes) and not kinds.isdisjoint(_SPEAKING):
        return True
    if any(isinstance(op, ops.DropColumnOp) or _retypes(op) for op in changes):
        if kinds:
            return True
        if any(item.generated for item in tables.items(batch.table_name)):
            return True
    return bool(tables.indexes(batch.table_name)) and in_transaction(connection)


def is_refused_where_used(op: MigrateOperation) -> bool:
    """Say whether the engine refuses a change of a table that something depends on."""
    if isinstance(op, ops.AlterColumnOp):
        return op.modify_type is not None or op.modify_nullable is not None or op.modify_name is not None
    if isinstance(op, ops.AddColumnOp):
        return not getattr(op.column, "nullable", True) or bool(getattr(op.column, "foreign_keys", ()))
    return isinstance(op, ops.DropColumnOp | ops.CreatePrimaryKeyOp)


def _retypes(op: MigrateOperation) -> bool:
    return isinstance(op, ops.AlterColumnOp) and op.modify_type is not None


def _renames(op: MigrateOperation) -> bool:
    return isinstance(op, ops.AlterColumnOp) and op.modify_name is not None


def _computes(op: MigrateOperation) -> bool:
    return isinstance(op, ops.AddColumnOp) and getattr(op.column, "computed", None) is not None


def spelled_out(batch: TableBatch, target: Target) -> Iterator[MigrateOperation]:
    """Yield the changes of a batch, with columns and what is on them one after the other."""
    for op in batch.operations:
        if isinstance(op, ops.AddColumnOp):
            yield from constraints.spelled_out(op, target)
        else:
            yield op


def run(operations: Operations, batch: TableBatch) -> None:
    """Build the table of a batch anew; in a transaction of its own where there is none.

    Raises:
        TableNotFound: There is no such table.
        UnsupportedOperation: The batch asks for what cannot be made so.
        RebuildRefused: The rows do not fit.
    """
    rebuild = Rebuild(operations, batch)
    rebuild.refuse()
    with atomically(operations.get_context().connection):
        rebuild.run()


@contextmanager
def atomically(connection: Connection) -> Iterator[None]:
    """Run the block in a transaction, its own where there is none."""
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
        row = Tables(operations, batch.schema).row(batch.table_name)
        self.table = str(row.table_name)
        self.tables = Tables(operations, str(row.schema_name))
        self.work = f"migrateops_1_{self.table}"
        self.indexes: list[Index] = self.tables.indexes(self.table)
        self.new_indexes: list[ops.CreateIndexOp] = []
        self.kept: list[Kept] = []
        self.generated: dict[str, Item] = {}
        self.comments: Comments = {}
        self.order: list[str] = []
        self.renamed: list[tuple[str, str]] = []

    # -- what cannot be done ------------------------------------------------------------------
    def refuse(self) -> None:
        """Refuse what cannot be done, before anything is sent."""
        if self.batch.describes_new_table or self.batch.copy_from is not None:
            raise self._unsupported("the arguments of a batch that describe the new table", "leave them out")
        for op in self.changes:
            if not isinstance(op, _CONSTRAINTS + _COLUMNS + _COMMENT + _INDEX):
                raise self._unsupported(f"{op.describe()} in a batch", "do it before or after the batch")
            if isinstance(op, ops.CreateForeignKeyOp) and self._comes_round(op):
                raise errors.operations.UnsupportedOperation(
                    op.describe(),
                    self.target.name,
                    "tables that refer to each other in a circle",
                    "leave one of the keys out",
                )
        known = constraints.find_constraints(self.tables.connection, self.tables.schema, self.table)
        taken = constraints.taken_apart(self.tables.items(self.table), known)
        if taken is None:
            raise errors.batch.TableUnreadable(
                self.table, "a constraint is not found in the engine's text of it"
            )
        columns, self.kept = taken
        self.order = [column_of(item) for item in columns]
        self.generated = {column_of(item).lower(): item for item in columns if item.generated}

    def _comes_round(self, op: ops.CreateForeignKeyOp) -> bool:
        """Say whether a table that a new foreign key refers to refers to this one."""
        return any(one.lower() == op.referent_table.lower() for one in self.tables.referring(self.table))

    def _unsupported(self, what: str, instead: str) -> errors.operations.UnsupportedOperation:
        return errors.operations.UnsupportedOperation(self.batch.describe(), self.target.name, what, instead)

    # -- the work -----------------------------------------------------------------------------
    def run(self) -> None:
        """Make the changes in order on a copy; then make the table of the copy."""
        comments = self.tables.comments(self.table)
        for name in [name for name in comments if name is not None and name.lower() in self.generated]:
            self.comments[name] = comments.pop(name)
        plain = list(without_keys(self.tables.items(self.table)))
        self.tables.create(self.work, plain)
        self.tables.fill_plainly(self.work, self.table, plain)
        self.tables.say(self.work, comments)
        for op in self.changes:
            self._change(op)
        asides = [self.tables.put_aside(table) for table in self.tables.referring(self.table)]
        self.tables.drop(self.table)
        items = list(self._items())
        comments = self.tables.comments(self.work) | self.comments
        self.tables.create(self.table, items)
        self.tables.fill(self.table, self.work, items)
        self.tables.say(self.table, comments)
        self.tables.drop(self.work)
        for aside in reversed(asides):
            self.tables.bring_back(aside._replace(items=[self._following(item) for item in aside.items]))
        for index in self.indexes:
            for statement in index.create(self.table):
                self.tables.send(statement)
        for created in self.new_indexes:
            self.operations.invoke(created)

    def _items(self) -> Iterator[Item]:
        """Yield the columns and constraints of the new table."""
        columns = {column_of(item): item for item in self.tables.items(self.work)}
        for name in (*self.order, *(name for name in columns if name not in self.order)):
            if name.lower() in self.generated:
                yield self.generated[name.lower()]
            elif name in columns:
                yield self._with_keys(name, columns[name])
        yield from (kept.item for kept in self.kept if kept.item is not None)

    def _with_keys(self, name: str, item: Item) -> Item:
        for kept in self.kept:
            if kept.item is None and kept.constraint is not None and kept.constraint.columns == [name]:
                item = Item((*item.words, " ", kept.constraint.type))
        return item

    def _following(self, item: Item) -> Item:
        """Return an item of another table, with columns of this one under their new names."""
        if item.is_foreign_key and names(item.reference.table, self.table):
            for old, new in self.renamed:
                item = item.with_renamed(old, new, referred=True)
        return item

    # -- the changes --------------------------------------------------------------------------
    def _change(self, op: Any) -> None:
        """Make a change on the copy, or note what is not there yet."""
        if isinstance(op, AddConstraintOp):
            self.kept.append(Kept(None, constraints.added(op, self.target)))
        elif isinstance(op, ops.DropConstraintOp):
            known = [kept.constraint for kept in self.kept if kept.constraint is not None]
            dropped = constraints.meant(op, self.table, known, self.target, self._said)
            if dropped is not None:
                self._drop_constraint(dropped)
        elif isinstance(op, ops.CreateIndexOp):
            self.new_indexes.append(op)
        elif isinstance(op, ops.DropIndexOp):
            self._drop_index(op)
        elif isinstance(op, ops.DropColumnOp):
            self._drop_column(op)
        elif _computes(op):
            self._add_generated(op)
        elif isinstance(op, ops.AlterColumnOp) and op.column_name.lower() in self.generated:
            self._alter_generated(op)
        else:
            if isinstance(op, ops.AlterColumnOp) and op.modify_name:
                self._rename(op.column_name, op.modify_name)
            self._on_copy(op)

    def _on_copy(self, op: Any) -> None:
        on_copy = copy.copy(op)
        on_copy.table_name, on_copy.schema = self.work, self.tables.schema
        self.operations.invoke(on_copy)

    def _said(self, check: Item) -> str:
        """Return how the engine writes the condition of a CHECK.

        It is asked by a table that has it: nobody else knows what it makes of one.
        """
        asked = f"migrateops_asked_{self.table}"
        columns = [*self.tables.items(self.work), *self.generated.values()]
        self.tables.create(asked, [*columns, check])
        [found] = constraints.find_constraints(self.tables.connection, self.tables.schema, asked)
        self.tables.drop(asked)
        return found.expression or ""

    def _drop_constraint(self, dropped: Constraint) -> None:
        at = next(place for place, kept in enumerate(self.kept) if kept.constraint == dropped)
        del self.kept[at]
        if dropped.type == "PRIMARY KEY":
            # Columns of a primary key stay NOT NULL.
            for column in dropped.columns:
                where = f"{self.tables.named(self.work)} ALTER COLUMN {quoted(column)}"
                self.tables.run(f"ALTER TABLE {where} SET NOT NULL")

    def _drop_index(self, op: ops.DropIndexOp) -> None:
        left = [index for index in self.indexes if index.name.lower() != str(op.index_name).lower()]
        if len(left) == len(self.indexes):
            # None of this table's; the engine says what is wrong with that.
            self.operations.invoke(op)
        self.indexes = left

    def _drop_column(self, op: ops.DropColumnOp) -> None:
        """Drop a column, and the constraints that are of it alone.

        Raises:
            ColumnNotFound: There is no such column.
            ColumnStillUsed: A constraint of several columns has it, or a generated column.
        """
        # It refuses the options that there are not.
        list(lower.drop_column(op, self.target))
        name = op.column_name
        columns = [*(column_of(item) for item in self.tables.items(self.work)), *self.generated]
        if not any(column.lower() == name.lower() for column in columns):
            if op.if_exists:
                return
            raise errors.batch.ColumnNotFound(op.describe(), self.table, name)
        for kept in list(self.kept):
            constraint = kept.constraint
            used = [column.lower() for column in constraint.columns] if constraint is not None else []
            if constraint is None or name.lower() not in used:
                continue
            if set(used) != {name.lower()}:
                raise errors.batch.ColumnStillUsed(op.describe(), self.table, name, constraint.text)
            self.kept.remove(kept)
        self.indexes = [index for index in self.indexes if not index.mentions(name)]
        self.order = [column for column in self.order if column.lower() != name.lower()]
        if self.generated.pop(name.lower(), None) is not None:
            self.comments = {column: said for column, said in self.comments.items() if column != name}
            return
        for item in self.generated.values():
            if item.mentions(name):
                raise errors.batch.ColumnStillUsed(op.describe(), self.table, name, item.text)
        self._on_copy(op)

    def _rename(self, old: str, new: str) -> None:
        self.renamed.append((old, new))
        self.order = [new if name.lower() == old.lower() else name for name in self.order]
        self.indexes = [index.on_renamed(old, new) for index in self.indexes]
        self.kept = [self._with_renamed(kept.with_renamed(old, new), old, new) for kept in self.kept]
        self.generated = {name: item.with_renamed(old, new) for name, item in self.generated.items()}

    def _with_renamed(self, kept: Kept, old: str, new: str) -> Kept:
        """Return a constraint with a column of its own table renamed that it refers to."""
        if kept.item is None or not kept.item.is_foreign_key:
            return kept
        if not names(kept.item.reference.table, self.table):
            return kept
        return kept._replace(item=kept.item.with_renamed(old, new, referred=True))

    # -- generated columns --------------------------------------------------------------------
    def _add_generated(self, op: ops.AddColumnOp) -> None:
        column: Column[Any] = op.column
        lower.refuse_stored(column, op, self.target)
        compiler: Any = self.target.dialect.ddl_compiler(self.target.dialect, None)
        self.generated[column.name.lower()] = Item(tuple(tokens(compiler.get_column_specification(column))))
        self.order.append(column.name)
        if column.comment is not None:
            self.comments[column.name] = column.comment

    def _alter_generated(self, op: ops.AlterColumnOp) -> None:
        """Change type, name or comment of a generated column.

        Raises:
            UnsupportedOperation: It is to be NOT NULL, or to have a default.
        """
        if op.modify_nullable is False or op.modify_server_default is not False:
            raise errors.operations.UnsupportedOperation(
                op.describe(),
                self.target.name,
                "NOT NULL and defaults of generated columns",
                "drop the column, and add another one",
            )
        item = self.generated.pop(op.column_name.lower())
        name = op.modify_name or column_of(item)
        if op.modify_type is not None:
            type_ = to_instance(op.modify_type).compile(dialect=self.target.dialect)
            rest = item.words[item.words.index("GENERATED") :]
            item = Item((item.words[0], " ", *tokens(type_), " ", *rest))
        if op.modify_name:
            self._rename(op.column_name, name)
            item = Item((quoted(name), *item.words[1:]))
            self.comments = renamed(self.comments, op.column_name, name)
        if op.modify_comment is not False:
            self.comments.pop(name, None)
            if op.modify_comment is not None:
                self.comments[name] = op.modify_comment
        self.generated[name.lower()] = item
