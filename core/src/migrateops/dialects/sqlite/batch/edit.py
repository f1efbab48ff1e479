"""The changes of a batch, made to the text of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column as SchemaColumn
from sqlalchemy import Computed, Constraint, Identity, Index, PrimaryKeyConstraint, Text
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl import lower
from migrateops.dialects.sqlite.batch import parsing as sql
from migrateops.dialects.sqlite.batch.constraints import (
    Named,
    all_constraints,
    find,
    is_called,
    is_lone_check,
    meaning,
    shown,
)
from migrateops.dialects.sqlite.batch.definition import Column, TableConstraint, TableDefinition
from migrateops.dialects.sqlite.batch.options import with_option
from migrateops.dialects.sqlite.batch.order import moved, reordered
from migrateops.dialects.sqlite.batch.tokens import Token, folded, inside, joined, mentions, same, tokens
from migrateops.dialects.sqlite.statements import quoted
from migrateops.operations import ops
from migrateops.operations.batch import TableBatch
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.schema_objects import SchemaObjects, wanted_by
from migrateops.operations.target import Target


class Editor:
    """Apply operations to the definition of one table.

    Args:
        batch: What was asked for.
        definition: The table as it is.
        target: The database.
        context: The ``MigrationContext``, for operations that make constraints.

    Attributes:
        definition: The table as it is to be.
        carried: Columns whose values are taken over, by their names in both tables.
        retyped: Columns that have another declared type than before, with the operations that gave it.
        filled: Columns that take no NULL any more.
        dropped: Columns that are no more; others may have their names by now.
        gone: Constraints that went with them.
        made: New constraints, each behind the operation that asked for it.
        indexes: Indexes that belong to new columns.
        notes: What users should be told.
    """

    def __init__(self, batch: TableBatch, definition: TableDefinition, target: Target, context: Any) -> None:
        self.definition = definition
        self.carried = [column.name for column in definition.columns]
        self.retyped: dict[str, str] = {}
        self.filled: list[str] = []
        self.dropped: list[str] = []
        self.gone: list[TableConstraint] = []
        self.made: list[tuple[str, TableConstraint]] = []
        self.indexes: list[Index] = []
        self.notes: list[str] = []
        self._batch = batch
        self._target = target
        self._context = context
        self._called: dict[str, str] = {}
        # Those of new columns that say themselves that they are one.
        self._own_keys: list[TableConstraint] = []
        self._to_look_at: list[tuple[ops.DropColumnOp, Column]] = []

    def apply(self, operation: MigrateOperation) -> None:
        """Make one change.

        Raises:
            BatchError: It cannot be made.
        """
        for kind in type(operation).__mro__:
            change = _CHANGES.get(kind)
            if change is not None:
                change(self, operation)
                return
        raise AssertionError(f"{operation.describe()} is no change of a table")  # ``changes()`` was asked

    def require_whole(self) -> None:
        """Look whether a CHECK is left of a column that was dropped, and not added again.

        Raises:
            ColumnStillUsed: There is one.
        """
        for op, column in self._to_look_at:
            if self.definition.column(column.name) is None:
                for each in self.definition.constraints:
                    if each.kind == "check":
                        self._require_unused(op, column, each.pieces, shown(each.kind, each.name))
        self._to_look_at.clear()

    def finish(self) -> None:
        """Add what the batch says of the new table, and put the columns into the order.

        Raises:
            ImpossibleOrder: The order contradicts itself.
            ColumnNotFound: It names a column that is not there.
        """
        batch = self._batch
        if batch.table_args:
            self._add_items(batch.describe(), batch.table_args)
        names = [column.name for column in self.definition.columns]
        groups = [
            [self._column(batch.describe(), name).name for name in group]
            for group in batch.partial_reordering
        ]
        order = reordered(names, groups, batch.table_name)
        self.definition = self.definition.with_columns(self._column("", name) for name in order)
        for option, value in (batch.table_kwargs or {}).items():
            if option == "comment" and value is not None:
                self._no_comments(f"of table {batch.table_name}")
            passed_over = self._target.passed_over
            self.definition = with_option(self.definition, batch.table_name, option, value, passed_over)

    # ----------------------------------------------------------------------------- columns

    def also_called(self, name: str, present: str) -> None:
        """Let operations call a column by another name than the one that it has in the definition."""
        self._called[folded(name)] = present

    def _column(self, operation: str, name: str) -> Column:
        found = self._known(name)
        if found is None:
            raise self.definition.no_column(operation, self._batch.table_name, name)
        return found

    def _known(self, name: str) -> Column | None:
        found = self.definition.column(name)
        while found is None and folded(name) in self._called:
            name = self._called[folded(name)]
            found = self.definition.column(name)
        return found

    def _in_present_names(self, text: str) -> str:
        """Return a constraint in which columns go by the names that they have in the definition."""
        if not self._called:
            return text
        keywords = self._target.dialect.identifier_preparer.reserved_words
        pieces = tokens(text)
        words = [piece.word for piece in pieces]
        # What is referred to is in another table, or goes by names of its own.
        end = words.index("REFERENCES") if "REFERENCES" in words else len(pieces)
        begin = next((at for at, piece in enumerate(pieces) if piece.text == "("), end)
        for at in range(begin, end):
            piece = pieces[at]
            if piece.kind == "quoted" or (piece.word and piece.word.lower() not in keywords):
                column = self._known(piece.name)
                if column is not None and not same(column.name, piece.name):
                    pieces[at] = Token("quoted", quoted(column.name))
        return joined(pieces)

    def _put(self, column: Column) -> None:
        self.definition = self.definition.with_columns(
            column if same(column.name, other.name) else other for other in self.definition.columns
        )

    def _add_column(self, op: ops.AddColumnOp) -> None:
        name = op.column.name
        if self.definition.column(name) is not None:
            if op.if_not_exists:
                return
            raise errors.batch.AlreadyThere(op.describe(), self._batch.table_name, "column", name)
        before = len(self.made)
        self._add_items(op.describe(), [op.column])
        self._own_keys += [made for _, made in self.made[before:] if made.kind == "primary key"]
        if self._target.passed_over is not None:
            self._take_back(name)
        self._move(op.describe(), name, op.insert_before, op.insert_after)

    def _take_back(self, name: str) -> None:
        """Keep what was on a column that is dropped and added again, where scripts know it so."""
        self.dropped = [each for each in self.dropped if not same(each, name)]
        whole = [each for each in self.gone if all(map(self.definition.column, each.columns))]
        self.gone = [each for each in self.gone if each not in whole]
        self.definition = self.definition.with_constraints((*self.definition.constraints, *whole))

    def _move(self, operation: str, name: str, before: str | None, after: str | None) -> None:
        if before is None and after is None:
            return
        beside = self._column(operation, str(before if before is not None else after))
        columns = moved(self.definition.columns, self._column(operation, name), beside, before is not None)
        self.definition = self.definition.with_columns(columns)

    def _drop_column(self, op: ops.DropColumnOp) -> None:
        if op.if_exists and self.definition.column(op.column_name) is None:
            return
        column = self._column(op.describe(), op.column_name)
        existing_type = op.kw.get("existing_type")
        if existing_type is not None:
            self._drop_type_constraints(op.column_name, existing_type)
            column = self._column(op.describe(), column.name)
        kept = []
        for constraint in self.definition.constraints:
            if self._target.passed_over is not None and is_lone_check(constraint, column, self.definition):
                # SQLAlchemy's Boolean makes one; there is no name by which a script could drop it first.
                self._target.passed_over(f"{op.describe()}: a check without a name went with it")
                continue
            if constraint.kind == "check" and self._target.passed_over is not None:
                # Scripts drop a column that they add again, and never said a word of its CHECK.
                self._to_look_at.append((op, column))
            elif constraint.kind == "check":
                self._require_unused(op, column, constraint.pieces, shown(constraint.kind, constraint.name))
            elif any(same(column.name, name) for name in constraint.columns):
                self.gone.append(constraint)
                if len(constraint.columns) > 1:
                    which = shown(constraint.kind, constraint.name)
                    self.notes.append(f"{which} went with column {column.name!r}, one of those it was on")
                continue
            kept.append(constraint)
        others = [other for other in self.definition.columns if other is not column]
        for other in others:
            for each in (*other.of("check"), *other.of("generated")):
                self._require_unused(op, column, each.pieces, f"column {other.name!r}")
        self.definition = self.definition.with_columns(others).with_constraints(kept)
        self.carried = [name for name in self.carried if not same(name, column.name)]
        self.dropped.append(column.name)
        self.indexes = [
            index for index in self.indexes if not any(same(part.name, column.name) for part in index.columns)
        ]

    def _require_unused(self, op: ops.DropColumnOp, column: Column, pieces: Any, user: str) -> None:
        if mentions(inside(pieces), column.name):
            raise errors.batch.ColumnStillUsed(op.describe(), self._batch.table_name, column.name, user)

    def _alter_column(self, op: ops.AlterColumnOp) -> None:
        column = self._column(op.describe(), op.column_name)
        if op.modify_type is not None:
            self._drop_type_constraints(op.column_name, op.existing_type)
            column = self._retyped(op, self._column(op.describe(), column.name), op.modify_type)
        if op.modify_nullable is True:
            column = column.without("not null", "null")
        elif op.modify_nullable is False:
            column = self._filled(column)
        if op.modify_server_default is not False:
            column = self._with_default(op, column, op.modify_server_default)
        if op.modify_comment is not False:
            self._no_comments(f"of {self._batch.table_name}.{column.name}")
        self._put(column)
        if op.modify_type is not None:
            for made in self._type_constraints(op.column_name, op.modify_type):
                self._add_constraint(op.describe(), made)
        self._move(op.describe(), column.name, op.insert_before, op.insert_after)

    def _filled(self, column: Column) -> Column:
        if column.has("not null"):
            return column
        self.filled.append(column.name)
        return column.without("null").with_constraint("not null", "NOT NULL")

    def _retyped(self, op: ops.AlterColumnOp, column: Column, type_: Any) -> Column:
        made = self._compiled(SchemaColumn(column.name, to_instance(type_)))
        if made.type_name.upper() != column.type_name.upper():
            self.retyped[column.name] = op.describe()
        column = column.with_type(made.type.strip())
        if getattr(op.existing_type, "collation", None) is not None:
            column = column.without("collate")
        for each in made.of("collate"):
            column = column.with_constraint("collate", each.text.strip())
        return column

    def _with_default(self, op: ops.AlterColumnOp, column: Column, default: Any) -> Column:
        if isinstance(default, Identity):
            raise errors.batch.RebuildRefused(
                self._batch.table_name, op.describe(), "there are no identity columns"
            )
        if isinstance(default, Computed):
            made = self._compiled(SchemaColumn(column.name, Text(), default))
            (generated,) = made.of("generated")
            self.carried = [name for name in self.carried if not same(name, column.name)]
            text = self._in_present_names(generated.text.strip())
            return column.without("default").with_constraint("generated", text)
        if default is None:
            return column.without("default", "generated")
        made = self._compiled(SchemaColumn(column.name, Text(), server_default=default))
        (given,) = made.of("default")
        return column.without("generated").with_constraint("default", given.text.strip())

    def _compiled(self, column: SchemaColumn[Any]) -> Column:
        table = SchemaObjects(self._target).table(self._batch.table_name, column)
        return self._column_text(table.columns[column.key])

    def _column_text(self, column: SchemaColumn[Any]) -> Column:
        return sql.column(str(CreateColumn(column).compile(dialect=self._target.dialect)))

    # -------------------------------------------------------------------------- constraints

    def _create_constraint(self, op: ops.AddConstraintOp) -> None:
        made = op.to_constraint(self._context)
        if isinstance(made, PrimaryKeyConstraint):
            self._give_up_own_key([str(column.name) for column in made.columns])
        self._add_constraint(op.describe(), made)

    def _give_up_own_key(self, columns: Sequence[str]) -> None:
        """Leave it to a key that is asked for to be that of a new column that says that it is one.

        PostgreSQL numbers a column for saying so, and does not take it for the key.
        """
        for found in self._constraints():
            own = next((one for one in self._own_keys if one is found.constraint), None)
            if own is not None and all(any(same(name, each) for each in columns) for name in own.columns):
                self._remove(found)
                self.made = [(operation, one) for operation, one in self.made if one is not own]

    def _add_constraint(self, operation: str, made: Constraint) -> None:
        compiler = self._target.dialect.ddl_compiler(self._target.dialect, None)  # type: ignore[arg-type]
        text = compiler.process(made)
        if not text:
            raise errors.batch.RebuildRefused(
                self._batch.table_name, operation, "it cannot be written for this database"
            )
        new = sql.constraint(f" {self._in_present_names(text)}")
        for name in new.columns:
            self._column(operation, name)
        present = find(self._constraints(), new.name, None, self._batch.table_name) if new.name else None
        if present is not None:
            error = errors.batch.AlreadyThere(operation, self._batch.table_name, "constraint", new.name or "")
            self._replaced(error, present)
        key = next((each for each in self._constraints() if each.kind == new.kind == "primary key"), None)
        if key is not None:
            there = errors.batch.AlreadyThere(
                operation, self._batch.table_name, "primary key", new.name or ""
            )
            self._replaced(there, key)
        if new.kind == "unique" and new.name is not None and self._target.passed_over is not None:
            self._replace_unnamed(operation, new)
        if new.kind == "primary key" and self._target.passed_over is None:
            for name in new.columns:
                # As other databases have it; SQLite lets NULL into most keys, and Alembic leaves it so.
                self._put(self._filled(self._column(operation, name)))
        self.made.append((operation, new))
        self.definition = self.definition.with_constraints((*self.definition.constraints, new))

    def _replace_unnamed(self, operation: str, new: TableConstraint) -> None:
        """Have a UNIQUE with a name take the place of one without on the same columns.

        Alembic makes it beside that, which is gone with the next new table: SQLAlchemy tells of one of them.
        """
        columns = [folded(name) for name in new.columns]
        for each in self._constraints():
            own = each.constraint.columns if isinstance(each.constraint, TableConstraint) else ()
            present = own if each.column is None else (each.column.name,)
            if each.kind == "unique" and each.name is None and [folded(name) for name in present] == columns:
                there = errors.batch.AlreadyThere(
                    operation, self._batch.table_name, "UNIQUE", f"({', '.join(present)})"
                )
                self._replaced(there, each)

    def _replaced(self, error: errors.batch.AlreadyThere, present: Named) -> None:
        """Take out what a new constraint takes the place of, where scripts may ask for that."""
        if self._target.passed_over is None:
            raise error
        self._target.passed_over(f"{error.message()}; the new one takes its place")
        self._remove(present)

    def _drop_constraint(self, op: ops.DropConstraintOp) -> None:
        name = op.constraint_name
        if name is None and op.origin is not None:
            name = lower.resolved_name(op, self._target)
        table, kind = self._batch.table_name, op.constraint_type
        # A convention that has a place for the name that is given has made another one of it.
        made = lower.dropped(op, name, self._target).name if name is not None else None
        names = dict.fromkeys(each for each in (made, name) if isinstance(each, str) or each is None)
        found = next(filter(None, (find(self._constraints(), each, kind, table) for each in names)), None)
        if found is None:
            went = next((each for each in self.gone if each.name is not None and each.name == name), None)
            if went is not None and self._target.passed_over is not None:
                self.gone.remove(went)
                return
            if op.if_exists:
                return
            known = tuple(each.name for each in self._constraints() if each.name is not None)
            raise errors.batch.ConstraintNotFound(op.describe(), self._batch.table_name, name, known)
        self._remove(found)

    def _constraints(self) -> list[Named]:
        return all_constraints(self.definition, self._batch.table_name, self._batch.naming_convention)

    def _remove(self, found: Named) -> None:
        if found.column is None:
            kept = (each for each in self.definition.constraints if each is not found.constraint)
            self.definition = self.definition.with_constraints(kept)
        else:
            left = tuple(each for each in found.column.constraints if each is not found.constraint)
            self._put(found.column._replace(constraints=left))

    def _type_constraints(self, name: str, type_: Any) -> list[Constraint]:
        """Return the CHECK constraints that a column of this type brings along, with a name or without."""
        if type_ is None:
            return []
        column = self.definition.column(name)
        made: SchemaColumn[Any] = SchemaColumn(
            column.name if column is not None else name, to_instance(type_)
        )
        table = SchemaObjects(self._target).table(self._batch.table_name, made)
        return [
            each
            for each in table.constraints
            if not isinstance(each, PrimaryKeyConstraint) and wanted_by(each, self._target.dialect)
        ]

    def _drop_type_constraints(
        self, name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]] | None
    ) -> None:
        compiler = self._target.dialect.ddl_compiler(self._target.dialect, None)  # type: ignore[arg-type]
        for made in self._type_constraints(name, type_):
            written = sql.constraint(compiler.process(made))
            checks = [each for each in self._constraints() if each.kind == "check"]
            alike = [each for each in checks if meaning(each.constraint) == meaning(written)]
            named = [each for each in checks if is_called(each.constraint, written.name)]
            for each in (named or alike)[:1]:
                self._remove(each)

    # --------------------------------------------------------------------------- the table

    def _add_items(self, operation: str, items: Sequence[Any]) -> None:
        """Add columns, with what belongs to them, and constraints."""
        stubs = [SchemaColumn(column.name, Text()) for column in self.definition.columns]
        table = SchemaObjects(self._target).table(self._batch.table_name, *stubs, *items)
        # What a foreign key refers to may be made up in the table, and be added after it.
        new = {item.name for item in items if isinstance(item, SchemaColumn)} - {one.name for one in stubs}
        for column in table.columns:
            if column.name in new:
                made = self._column_text(column)
                made = made._replace(lead=f" {made.lead.lstrip()}")
                constraints = (
                    each._replace(text=self._in_present_names(each.text))
                    if each.kind in ("generated", "check")
                    else each
                    for each in made.constraints
                )
                made = made._replace(constraints=tuple(constraints))
                self.definition = self.definition.with_columns((*self.definition.columns, made))
                if column.comment:
                    self._no_comments(f"of {self._batch.table_name}.{column.name}")
        self.indexes += sorted(table.indexes, key=lambda index: str(index.name))
        present = {meaning(each.constraint) for each in self._constraints()}
        compiler = self._target.dialect.ddl_compiler(self._target.dialect, None)  # type: ignore[arg-type]
        # SQLAlchemy keeps them in a set; they were made in order.
        for constraint in sorted(table.constraints, key=lambda c: getattr(c, "_creation_order", 0)):
            if isinstance(constraint, PrimaryKeyConstraint) and not len(constraint):
                continue
            if wanted_by(constraint, self._target.dialect):
                written = compiler.process(constraint)
                # A definition may be given again, as it could be lost where it is read from the catalog.
                if not written or meaning(sql.constraint(written)) not in present:
                    self._add_constraint(operation, constraint)

    def _comment(self, op: MigrateOperation) -> None:
        self._no_comments(f"of table {self._batch.table_name}")

    def _no_comments(self, what: str) -> None:
        self.notes.append(f"{self._target.name} has no comments: that {what} is not stored")


_CHANGES: Mapping[type, Callable[[Editor, Any], None]] = {
    ops.AddColumnOp: Editor._add_column,
    ops.DropColumnOp: Editor._drop_column,
    ops.AlterColumnOp: Editor._alter_column,
    ops.AddConstraintOp: Editor._create_constraint,
    ops.DropConstraintOp: Editor._drop_constraint,
    ops.CreateTableCommentOp: Editor._comment,
    ops.DropTableCommentOp: Editor._comment,
}


def changes(operation: MigrateOperation) -> bool:
    """Say whether an operation changes the definition of its table."""
    return isinstance(operation, tuple(_CHANGES))
