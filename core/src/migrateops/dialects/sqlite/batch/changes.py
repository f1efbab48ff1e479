"""A batch on SQLite: natively where ALTER TABLE can do it with the same outcome, else one new table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from migrateops import errors
from migrateops.dialects.sqlite.batch import catalog, native, rebuild, referring
from migrateops.dialects.sqlite.batch.anew import build_anew
from migrateops.dialects.sqlite.batch.definition import TableDefinition
from migrateops.dialects.sqlite.batch.edit import Editor, changes
from migrateops.dialects.sqlite.batch.given import definition_of
from migrateops.dialects.sqlite.batch.naming import with_names
from migrateops.dialects.sqlite.batch.sense import named, require_sense, require_there
from migrateops.dialects.sqlite.batch.tokens import folded, same
from migrateops.dialects.sqlite.batch.waiting import (
    asked_by,
    comes_after_rows,
    drops_columns,
    may_break_keys,
    renames,
    undoes_new_index,
)
from migrateops.dialects.sqlite.batch.whole import require_no_cascade, whole
from migrateops.dialects.sqlite.error_kind import refused
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import ops
from migrateops.operations.checking import in_our_words

if TYPE_CHECKING:
    from migrateops.operations.base import Operations
    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation


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
    with named(batch, context.target):
        require_sense(batch, context.target, needs_rebuild)
    table = context.put_off
    if not (isinstance(table, _Table) and table.takes(batch)):
        # What is wrong with another batch is said in the name of that.
        context.settle()
        table = _Table(operations, batch)
    with named(batch, context.target):
        table.make(batch)


class _Table:
    """The table of one batch, or of some that follow each other, while its changes are made."""

    def __init__(self, operations: Operations, batch: TableBatch) -> None:
        self._operations = operations
        self._batch = batch
        self._context = operations.migration_context
        self._connection: Connection | None = None if self._context.as_sql else self._context.connection
        self._schema = batch.schema
        if self._schema is None and self._connection is not None:
            self._schema = catalog.schema_of(self._connection, batch.table_name)
        # Changes that are not made yet, and what columns are called that were renamed ahead of them.
        self._waiting: list[MigrateOperation] = []
        self._renamed: dict[str, str] = {}
        # The lines of the script that have asked for them, by id(), and that of the batch that is made now.
        self._lines: dict[int, int | None] = {}
        self._line: int | None = None
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
            and not any(
                comes_after_rows(operation, self._waiting, self._present) for operation in batch.operations
            )
        )

    def make(self, batch: TableBatch) -> None:
        """Make the changes of a batch, or check them and put them off."""
        owes = batch.describes_new_table or batch.recreate == "always"
        self._line = self._context.line()
        if self._connection is None:
            self._take(batch.operations)
            self._owed = owes
            self._settle()
            return
        self._context.put_off = None
        if batch.operations or owes:
            require_there(self._connection, self._schema, batch, self._context.target)
        waiting, renamed, owed = list(self._waiting), dict(self._renamed), self._owed
        replaces = owes or not self._all_native([*waiting, *batch.operations])
        try:
            with whole(self._connection, self._batch.table_name, self._schema, replaces=replaces):
                self._take(batch.operations)
                self._owed = self._owed or owes
                # What is wrong with a change is said where it is asked for, and in our words.
                if self._waiting or self._owed:
                    self._check()
                if not (self._context.may_put_off and (replaces or drops_columns(self._waiting))):
                    self._settle()
        except BaseException:
            # A script may go on without this batch; the earlier ones still count.
            self._waiting, self._renamed, self._owed = waiting, renamed, owed
            self._checked = None
            raise
        finally:
            if self._waiting or self._owed:
                self._context.put_off = self

    def settle(self) -> None:
        """Make what was put off."""
        self._context.put_off = None
        assert self._connection is not None
        replaces = not self._all_native(self._waiting)
        with (
            named(self._batch, self._context.target),
            self._blaming(),
            whole(self._connection, self._batch.table_name, self._schema, replaces=replaces),
        ):
            self._settle()

    def _take(self, queue: Sequence[MigrateOperation]) -> None:
        """Take up changes; what is none of this table is done in its place."""
        for operation in queue:
            if self._connection is not None and (
                comes_after_rows(operation, self._waiting, self._present)
                or undoes_new_index(operation, self._waiting, self._present)
            ):
                self._settle()
            if not native.of_table_or_index(operation):
                self._settle()
                self._operations.invoke(operation)
            elif self._connection is None or self._given is not None or not renames(operation):
                self._wait(operation)
            else:
                self._rename_ahead(operation)

    def _rename_ahead(self, operation: ops.AlterColumnOp) -> None:
        """Have ALTER TABLE rename a column, which knows all who name it.

        That comes before the changes that wait, except where the new name is not free yet, where it stood
        for another column before, or the column is not there.
        """
        if self._waiting:
            definition, _ = self._look()
            old, new = self._present(operation.column_name), str(operation.modify_name)
            taken = definition.column(new) is not None or folded(new) in self._renamed
            indexes = any(isinstance(waiting, ops.CreateIndexOp) for waiting in self._waiting)
            if taken or indexes or definition.column(old) is None:
                self._settle()
        left = self._rename(operation)
        if left is not None:
            self._wait(left)

    def _wait(self, operation: MigrateOperation) -> None:
        self._waiting.append(operation)
        self._lines[id(operation)] = self._line

    @contextmanager
    def _blaming(self) -> Iterator[None]:
        """Have an error in the block say which lines of the script have asked for the changes that wait."""
        waiting = self._waiting
        try:
            yield
        except Exception as error:
            self._context.blame(error, asked_by(error, waiting, self._lines))
            raise

    def _settle(self) -> None:
        """Make all changes that wait, natively or with one new table."""
        with self._blaming():
            self._make_all()

    def _make_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._checked = None
        before = self._key_faults() if self._owed or any(map(may_break_keys, waiting)) else None
        if self._all_native(waiting):
            for operation in waiting:
                self._natively(operation)
        else:
            self._rebuild(waiting)
        after = self._key_faults() if before is not None else None
        if before is not None and after is not None:
            with self._noted_where_asked():
                after.raise_new(before)

    @contextmanager
    def _noted_where_asked(self) -> Iterator[None]:
        """Note a key that is not kept, where scripts may ask for such things; the next one may mend it.

        SQLite looks at keys only while they are enforced, and then at each row that is written.
        """
        try:
            yield
        except (errors.batch.ForeignKeyMismatch, errors.batch.RowsDoNotFit) as error:
            if self._context.target.passed_over is None:
                raise
            self._context.target.passed_over(f"{error.message()}; it is passed over")

    def _key_faults(self) -> referring.Faults | None:
        if self._connection is None:
            return None
        return referring.Faults(self._connection, self._schema, self._batch.table_name)

    # ---------------------------------------------------------------------------- natively

    def _all_native(self, part: Sequence[MigrateOperation]) -> bool:
        """Say whether no new table is needed."""
        if self._owed:
            return False
        if self._batch.recreate == "never":
            return True
        if self._renamed and any(
            isinstance(each, ops.AddColumnOp) and each.column.constraints for each in part
        ):
            return False  # its CHECK may call a column by the old name
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
        elif isinstance(operation, ops.CreateIndexOp):
            self._create_index(operation)
        elif not self._done_already(operation):
            self._invoke(operation)

    def _done_already(self, operation: MigrateOperation) -> bool:
        """Say whether a column that is to be added if it is not there is, or the other way round."""
        if self._connection is None:
            return False
        definition, _ = self._look()
        if isinstance(operation, ops.AddColumnOp):
            return bool(operation.if_not_exists) and definition.column(operation.column.name) is not None
        if isinstance(operation, ops.DropColumnOp):
            return bool(operation.if_exists) and definition.column(operation.column_name) is None
        return False

    def _create_index(self, operation: ops.CreateIndexOp, made: TableDefinition | None = None) -> None:
        """Create an index; columns that were renamed may go by the names that they had.

        Raises:
            ColumnNotFound: A column is not there.  Of a name in quotes, SQLite would make a text.
        """
        if self._connection is not None:
            made, _ = self._look()
        if made is not None and not isinstance(operation.columns, str):
            names = {folded(self._present(column.name)) for column in made.columns}
            operation = copy(operation)
            operation.columns = [
                self._present(each) if isinstance(each, str) and folded(each) not in names else each
                for each in operation.columns
            ]
            for each in operation.columns:
                if isinstance(each, str) and folded(each) not in names:
                    raise made.no_column(operation.describe(), self._batch.table_name, each)
        self._invoke(operation)

    def _invoke(self, operation: MigrateOperation) -> None:
        with self._in_our_words(operation.describe()):
            self._operations.invoke(operation)

    @contextmanager
    def _in_our_words(self, described: str) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not refused(error):
                raise
            raise errors.batch.ChangeRefused(described, self._context.target.name, str(error.orig)) from error

    def _note(self, what: str) -> None:
        self._context.notes.append(f"{self._context.target.name} has no comments: that {what} is not stored")

    def _present(self, name: str) -> str:
        """Return what a column is called by now."""
        while folded(name) in self._renamed:
            name = self._renamed[folded(name)]
        return name

    def _rename(self, operation: ops.AlterColumnOp) -> ops.AlterColumnOp | None:
        """Rename a column, and return what else is to be changed of it."""
        old, new = self._present(operation.column_name), str(operation.modify_name)
        if self._connection is not None:
            definition, _ = self._look()
            column = definition.column(old)
            if column is None:
                raise definition.no_column(operation.describe(), self._batch.table_name, old)
            if definition.column(new) not in (None, column):
                raise errors.batch.AlreadyThere(operation.describe(), self._batch.table_name, "column", new)
        self._invoke(ops.AlterColumnOp(operation.table_name, old, modify_name=new, schema=operation.schema))
        self._checked = None
        self._renamed[folded(old)] = new
        # One that takes up an old name again is called by it.
        self._renamed.pop(folded(new), None)
        left = copy(operation)
        left.column_name, left.modify_name = new, None
        return left if left.has_changes() or native.moves(left) else None

    # ------------------------------------------------------------------------------- anew

    def _rebuild(self, part: Sequence[MigrateOperation]) -> None:
        """Build the table anew with all changes of *part*; indexes are dropped before and created after."""
        definition, found = self._look()
        editor = self._edited(part)
        if self._batch.naming_convention is not None:
            quote = self._context.dialect.identifier_preparer.quote
            editor.definition = with_names(
                editor.definition, self._batch.table_name, self._batch.naming_convention, quote
            )
        self._owed = False
        if self._connection is not None:
            # What was done in between may have made a new table needed where none was.
            require_no_cascade(self._connection, self._batch.table_name, self._schema)
        for operation in part:
            if isinstance(operation, ops.DropIndexOp):
                self._invoke(operation)
        if self._connection is not None:
            found = catalog.entries(self._connection, self._schema)
        else:
            dropped = {operation.index_name for operation in part if isinstance(operation, ops.DropIndexOp)}
            found = [entry for entry in found if entry.name not in dropped]
        followers, lost = rebuild.followers(found, self._batch.table_name, self._schema, editor.dropped)
        for name in lost:
            editor.notes.append(f"index {name!r} went with the column that it was on")
        made = rebuild.Rebuild(self._batch.table_name, self._schema, definition, editor, followers)
        self._context.notes += editor.notes
        self._given = None
        if self._connection is None:
            for statement in made.statements(f"_migrateops_old_{self._batch.table_name}"):
                self._context.run_statement(rebuild.Verbatim(statement))
        else:
            copying = self._context.opts.get("copying")
            where = self._connection, self._schema, self._batch.table_name
            new_keys = [each for each in editor.made if each[1].kind == "foreign key"]
            before = referring.dangling(*where) if new_keys else None
            build_anew(made, self._connection, self._context.run_statement, copying)
            if before is not None:
                with self._noted_where_asked():
                    referring.require_parents(where[2], new_keys, before, referring.dangling(*where))
        for operation in part:
            if renames(operation):
                self._rename(operation)
        for index in editor.indexes:
            with self._in_our_words(f"create_index {str(index.name)!r}"):
                self._context.run_statement(CreateIndex(index))
        for operation in part:
            if isinstance(operation, ops.CreateIndexOp):
                self._create_index(operation, editor.definition)

    def _edited(self, part: Sequence[MigrateOperation]) -> Editor:
        """Return the definition with changes made to it.

        Raises:
            BatchError: One of them cannot be made.
        """
        definition, _ = self._look()
        editor = Editor(self._batch, definition, self._context.target, self._context)
        for old, new in self._renamed.items():
            editor.also_called(old, new)
        _apply(editor, part, self._context.target.name)
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
            _apply(editor, self._waiting[known:], self._context.target.name)
        self._checked = None if self._owed else (editor, len(self._waiting))

    def _look(self) -> tuple[TableDefinition, list[catalog.Entry]]:
        """Return the definition of the table, and all objects of its schema."""
        return definition_of(
            self._batch, self._given, self._connection, self._schema, self._context.target.dialect
        )


def _apply(editor: Editor, part: Sequence[MigrateOperation], dialect: str) -> None:
    for operation in part:
        if renames(operation):
            # Where the text cannot be looked up again, in a stream or a copy_from: renamed at the end.
            editor.also_called(str(operation.modify_name), operation.column_name)
        if changes(operation):
            try:
                editor.apply(operation)
            except Exception as error:
                own = None if isinstance(error, MigrateOpsError) else in_our_words(error, operation, dialect)
                if own is None:
                    raise
                raise own from error
    editor.require_whole()
