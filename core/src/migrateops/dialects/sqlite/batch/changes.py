"""A batch on SQLite: natively where ALTER TABLE can do it with the same outcome, else one new table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, TypeGuard

from sqlalchemy import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops.dialects.sqlite.batch import catalog, native, rebuild
from migrateops.dialects.sqlite.batch.anew import build_anew
from migrateops.dialects.sqlite.batch.definition import TableDefinition, same
from migrateops.dialects.sqlite.batch.edit import Editor, changes
from migrateops.dialects.sqlite.batch.parsing import Unreadable, parse
from migrateops.dialects.sqlite.batch.whole import require_no_cascade, whole
from migrateops.errors.base import closest
from migrateops.errors.batch import DefinitionNeeded, TableNotFound, TableUnreadable
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import ops

if TYPE_CHECKING:
    from migrateops.operations.base import Operations
    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation

DROP_COLUMN = (3, 35, 0)
"""The first version with ALTER TABLE DROP COLUMN: https://www.sqlite.org/releaselog/3_35_0.html"""
_BUILD_ANEW = 'leave recreate at "auto", which builds the table anew'


def run(
    operations: Operations, batch: TableBatch, needs_rebuild: Callable[[MigrateOperation], str | None]
) -> None:
    """Make the changes of a batch.

    In a revision, a table that must be built anew is not built at once, nor are columns dropped: batches on
    the same table that follow directly need no table of their own.

    Args:
        operations: What sends statements.
        batch: What was asked for.
        needs_rebuild: Says of an operation what of it ALTER TABLE cannot do, or None.
    """
    context = operations.migration_context
    if batch.recreate == "never":
        for operation in batch.operations:
            what = needs_rebuild(operation)
            if what is not None:
                raise UnsupportedOperation(operation.describe(), context.target.name, what, _BUILD_ANEW)
        for operation in batch.operations:
            operations.invoke(operation)
        return
    earlier = context.put_off
    if isinstance(earlier, _Table) and earlier.takes(batch):
        earlier.make(batch)
    else:
        context.settle()
        _Table(operations, batch).make(batch)


class _Table:
    """The table of one batch, or of some that follow each other, while its changes are made."""

    def __init__(self, operations: Operations, batch: TableBatch) -> None:
        self._operations = operations
        self._batch = batch
        self._context = operations.migration_context
        self._connection: Connection | None = None if self._context.as_sql else self._context.connection
        # Changes that are not made yet, and what columns are called that were renamed ahead of them.
        self._waiting: list[MigrateOperation] = []
        self._renamed: dict[str, str] = {}
        # In place of the database's definition, until the table is first built anew.
        self._given = batch.copy_from
        # Whether what the batch itself says of the new table is still to be done: behind all its changes.
        self._owed = False
        # The definition with the changes that wait, and how many they were.
        self._checked: tuple[Editor, int] | None = None

    def takes(self, batch: TableBatch) -> bool:
        """Say whether a batch that follows can be made together with this one."""
        return (
            same(batch.table_name, self._batch.table_name)
            and batch.schema == self._batch.schema
            and batch.recreate == "auto"
            and not batch.describes_new_table
            and batch.copy_from is None
            and self._batch.copy_from is None
            and batch.naming_convention == self._batch.naming_convention
            and not any(self._comes_after_rows(operation) for operation in batch.operations)
        )

    def _comes_after_rows(self, operation: MigrateOperation) -> bool:
        """Say whether a change must find the rows as the changes that wait would leave them.

        A new column is filled before its default is dropped; a value goes through one type, then the next.
        """
        if not isinstance(operation, ops.AlterColumnOp):
            return False
        name, retypes = self._present(operation.column_name), operation.modify_type is not None
        changed = []
        for waiting in self._waiting:
            if isinstance(waiting, ops.AddColumnOp):
                changed.append(waiting.column.name)
            elif retypes and isinstance(waiting, ops.AlterColumnOp) and waiting.modify_type is not None:
                changed.append(self._present(waiting.column_name))
        return any(same(one, name) for one in changed)

    def make(self, batch: TableBatch) -> None:
        """Make the changes of a batch, or check them and put them off."""
        owes = batch.describes_new_table or batch.recreate == "always"
        if self._connection is None:
            self._take(batch.operations)
            self._owed = owes
            self._settle()
            return
        self._context.put_off = None
        waiting, renamed, owed = list(self._waiting), dict(self._renamed), self._owed
        replaces = owes or not self._all_native([*waiting, *batch.operations])
        try:
            with whole(self._connection, self._batch.table_name, self._batch.schema, replaces=replaces):
                self._take(batch.operations)
                self._owed = self._owed or owes
                if self._context.may_put_off and (replaces or self._drops_columns()):
                    # What is wrong with a change is said where it is asked for.
                    self._check()
                else:
                    self._settle()
        except BaseException:
            # A script may go on without this batch; the earlier ones still count.
            self._waiting, self._renamed, self._owed = waiting, renamed, owed
            self._checked = None
            raise
        finally:
            if self._waiting:
                self._context.put_off = self

    def _drops_columns(self) -> bool:
        """Say whether a change that waits writes all rows, which a new table would do anyway."""
        return any(isinstance(operation, ops.DropColumnOp) for operation in self._waiting)

    def settle(self) -> None:
        """Make what was put off."""
        self._context.put_off = None
        assert self._connection is not None
        replaces = not self._all_native(self._waiting)
        with whole(self._connection, self._batch.table_name, self._batch.schema, replaces=replaces):
            self._settle()

    def _take(self, queue: Sequence[MigrateOperation]) -> None:
        """Take up changes; what is none of this table is done in its place."""
        for operation in queue:
            if self._connection is not None and self._comes_after_rows(operation):
                self._settle()
            if not native.of_table_or_index(operation):
                self._settle()
                self._operations.invoke(operation)
            elif self._connection is None or self._given is not None or not _renames(operation):
                self._waiting.append(operation)
            else:
                self._rename_ahead(operation)

    def _rename_ahead(self, operation: ops.AlterColumnOp) -> None:
        """Have ALTER TABLE rename a column, which knows all who name it.

        That comes before the changes that wait, except where the new name is not free yet, or the
        column not there.
        """
        if self._waiting:
            definition, _ = self._look()
            old, new = self._present(operation.column_name), str(operation.modify_name)
            if definition.column(new) is not None or definition.column(old) is None:
                self._settle()
        left = self._rename(operation)
        if left is not None:
            self._waiting.append(left)

    def _settle(self) -> None:
        """Make all changes that wait, natively or with one new table."""
        waiting, self._waiting = self._waiting, []
        self._checked = None
        if self._all_native(waiting):
            for operation in waiting:
                self._natively(operation)
        else:
            self._rebuild(waiting)

    # ---------------------------------------------------------------------------- natively

    def _all_native(self, part: Sequence[MigrateOperation]) -> bool:
        """Say whether no new table is needed."""
        if self._owed:
            return False
        look = self._look if self._connection is not None else None
        return native.all_native(part, self._batch, self._context.target, look)

    def _natively(self, operation: MigrateOperation) -> None:
        if isinstance(operation, ops.AlterColumnOp):
            if operation.modify_name is not None:
                self._rename(operation)
            if operation.modify_comment is not False:
                self._note(f"of {self._batch.table_name}.{operation.column_name}")
        elif isinstance(operation, ops.CreateTableCommentOp | ops.DropTableCommentOp):
            self._note(f"of table {self._batch.table_name}")
        else:
            self._operations.invoke(operation)

    def _note(self, what: str) -> None:
        self._context.notes.append(f"{self._context.target.name} has no comments: that {what} is not stored")

    def _present(self, name: str) -> str:
        """Return what a column is called by now."""
        while name in self._renamed:
            name = self._renamed[name]
        return name

    def _rename(self, operation: ops.AlterColumnOp) -> ops.AlterColumnOp | None:
        """Rename a column, and return what else is to be changed of it."""
        old, new = self._present(operation.column_name), str(operation.modify_name)
        self._operations.invoke(
            ops.AlterColumnOp(operation.table_name, old, modify_name=new, schema=operation.schema)
        )
        self._checked = None
        self._renamed[old] = new
        # One that takes up an old name again is called by it.
        self._renamed.pop(new, None)
        left = copy(operation)
        left.column_name, left.modify_name = new, None
        return left if left.has_changes() or native.moves(left) else None

    # ------------------------------------------------------------------------------- anew

    def _rebuild(self, part: Sequence[MigrateOperation]) -> None:
        """Build the table anew with all changes of *part*; indexes are dropped before and created after."""
        definition, found = self._look()
        editor = self._edited(part)
        self._owed = False
        if self._connection is not None:
            # What was done in between may have made a new table needed where none was.
            require_no_cascade(self._connection, self._batch.table_name, self._batch.schema)
        for operation in part:
            if isinstance(operation, ops.DropIndexOp):
                self._operations.invoke(operation)
        if self._connection is not None:
            found = catalog.entries(self._connection, self._batch.schema)
        else:
            dropped = {operation.index_name for operation in part if isinstance(operation, ops.DropIndexOp)}
            found = [entry for entry in found if entry.name not in dropped]
        kept = {column.name for column in editor.definition.columns}
        gone = [column.name for column in definition.columns if column.name not in kept]
        followers, lost = rebuild.followers(found, self._batch.table_name, self._batch.schema, gone)
        for name in lost:
            editor.notes.append(f"index {name!r} went with the column that it was on")
        made = rebuild.Rebuild(self._batch.table_name, self._batch.schema, definition, editor, followers)
        self._context.notes += editor.notes
        self._given = None
        if self._connection is None:
            for statement in made.statements(f"_migrateops_old_{self._batch.table_name}"):
                self._context.run_statement(rebuild.Verbatim(statement))
        else:
            copying = self._context.opts.get("copying")
            build_anew(made, self._connection, self._context.run_statement, copying)
        for operation in part:
            if _renames(operation):
                self._rename(operation)
        for index in editor.indexes:
            self._context.run_statement(CreateIndex(index))
        for operation in part:
            if isinstance(operation, ops.CreateIndexOp):
                self._operations.invoke(operation)

    def _edited(self, part: Sequence[MigrateOperation]) -> Editor:
        """Return the definition with changes made to it.

        Raises:
            BatchError: One of them cannot be made.
        """
        definition, _ = self._look()
        editor = Editor(self._batch, definition, self._context.target, self._context)
        for old, new in self._renamed.items():
            editor.also_called(old, new)
        _apply(editor, part)
        if self._owed:
            editor.finish()
        return editor

    def _check(self) -> None:
        """Say what is wrong with the changes that wait; those that were looked at before are not again.

        Raises:
            BatchError: One of them cannot be made.
        """
        if self._checked is None or self._owed:
            editor = self._edited(self._waiting)
        else:
            editor, known = self._checked
            _apply(editor, self._waiting[known:])
        self._checked = None if self._owed else (editor, len(self._waiting))

    def _look(self) -> tuple[TableDefinition, list[catalog.Entry]]:
        """Return the definition of the table, and all objects of its schema."""
        batch = self._batch
        given = self._given
        found: list[catalog.Entry] = []
        if self._connection is not None:
            found = catalog.entries(self._connection, batch.schema)
        if given is not None:
            text = str(CreateTable(given).compile(dialect=self._context.target.dialect))
            if self._connection is None:
                found = list(_of_table(given, self._context.target.dialect))
        elif self._connection is None:
            raise DefinitionNeeded(batch.table_name)
        else:
            tables = {entry.name: entry.sql for entry in found if entry.type == "table"}
            name = next((name for name in tables if same(name, batch.table_name)), None)
            if name is None:
                raise TableNotFound(batch.table_name, closest(batch.table_name, tables))
            text = tables[name]
        try:
            return parse(text.strip()), found
        except Unreadable as unreadable:
            raise TableUnreadable(batch.table_name, str(unreadable)) from None


def _apply(editor: Editor, part: Sequence[MigrateOperation]) -> None:
    for operation in part:
        if _renames(operation):
            # Where the text cannot be looked up again, in a stream or a copy_from: renamed at the end.
            editor.also_called(str(operation.modify_name), operation.column_name)
        if changes(operation):
            editor.apply(operation)


def _of_table(table: Any, dialect: Any) -> Iterator[catalog.Entry]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        text = str(CreateIndex(index).compile(dialect=dialect))
        yield catalog.Entry("index", str(index.name), table.name, text)


def _renames(operation: MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    return isinstance(operation, ops.AlterColumnOp) and operation.modify_name is not None
