"""How the built-in operations are written in standard SQL, through SQLAlchemy's compilers.

A dialect pack registers a lowering of its own for an operation that it writes otherwise.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy.schema import (
    AddConstraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
    DropTableComment,
    SetColumnComment,
    SetConstraintComment,
    SetTableComment,
)
from sqlalchemy.sql.elements import conv
from sqlalchemy.types import TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl.lone import in_table, is_lone, lone_index
from migrateops.ddl.lower_data import bulk_insert, execute, require_columns, require_rows
from migrateops.ddl.statements import (
    AddColumn,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    DropColumn,
    RenameTable,
    TableEvent,
    is_generated,
    writes_identity,
)
from migrateops.operations import ops
from migrateops.operations.base import Operations
from migrateops.operations.schema_objects import (
    SchemaObjects,
    from_type,
    require_items,
    require_names,
    require_values,
    require_values_in,
    wanted_by,
)
from migrateops.operations.target import Target

__all__ = ["bulk_insert", "execute", "require_columns", "require_rows"]
"""Those of other modules that packs find here, beside the ones below."""


def supported(asked: bool | None, capability: str, operation: Any, target: Target, what: str) -> bool:
    """Return whether a clause is asked for, refusing it where the server does not have it.

    Raises:
        UnsupportedOperation: It is asked for, and the server lacks it.
    """
    if asked and not getattr(target.capabilities, capability):
        raise errors.operations.UnsupportedOperation(operation.describe(), target.name, what)
    return bool(asked)


@Operations.lowering_for(ops.CreateTableOp)
def create_table(op: ops.CreateTableOp, target: Target) -> Generator[Any, None, Table]:
    """Yield CREATE TABLE, its indexes and comments; return the table."""
    if_not_exists = supported(op.if_not_exists, "if_not_exists", op, target, "IF NOT EXISTS")
    table = SchemaObjects(target).table(
        op.table_name,
        *op.columns,
        schema=op.schema,
        listed=op.constraints_included,
        **op.kw,
    )
    require_values_in(op.describe, table)
    if table.indexes:
        supported(if_not_exists, "index_if_exists", op, target, "IF NOT EXISTS of an index")
    yield TableEvent(table, "before_create")
    yield CreateTable(table, if_not_exists=if_not_exists)
    yield TableEvent(table, "after_create")
    if len(table.constraints) > 1 and target.dialect.supports_alter:
        for constraint in table.foreign_key_constraints:
            if not constraint.use_alter:
                continue
            if target.passed_over is None:
                yield AddConstraint(constraint)
                continue
            # Scripts add it by themselves where the table that it refers to is there.
            called = constraint.name or "without a name"
            target.passed_over(
                f"{op.describe()}: the foreign key {called} is left out, as it says use_alter, "
                "which leaves it to create_foreign_key()"
            )
    for index in sorted(table.indexes, key=lambda i: str(i.name or "")):
        yield CreateIndex(index, if_not_exists=if_not_exists)
    if target.capabilities.comments and not target.capabilities.inline_comments:
        if table.comment:
            yield SetTableComment(table)
        for column in table.columns:
            if column.comment:
                yield SetColumnComment(column)
    if target.dialect.supports_constraint_comments:
        commented = [each for each in table.constraints if each.comment]
        for each in sorted(commented, key=lambda c: str(c.name or "")):
            yield SetConstraintComment(each)
    return table


@Operations.lowering_for(ops.DropTableOp)
def drop_table(op: ops.DropTableOp, target: Target) -> Iterator[Any]:
    """Yield DROP TABLE."""
    if_exists = supported(op.if_exists, "if_exists", op, target, "IF EXISTS")
    table = SchemaObjects(target).table(op.table_name, schema=op.schema, **op.kw)
    yield TableEvent(table, "before_drop")
    yield DropTable(table, if_exists=if_exists)
    yield TableEvent(table, "after_drop")


@Operations.lowering_for(ops.RenameTableOp)
def rename_table(op: ops.RenameTableOp, target: Target) -> Iterator[Any]:
    """Yield ALTER TABLE .. RENAME TO."""
    yield RenameTable(op.old_table_name, op.new_table_name, op.schema)


@Operations.lowering_for(ops.AddColumnOp)
def add_column(op: ops.AddColumnOp, target: Target) -> list[Any]:
    """Return ADD COLUMN, then what belongs to the column: constraints, index, comment."""
    if not isinstance(op.column, Column):
        require_items(op.describe(), [op.column], Column)
    if_not_exists = supported(op.if_not_exists, "column_if_exists", op, target, "IF NOT EXISTS of a column")
    if is_lone(op.column, target.dialect.ddl_compiler):
        if op.column.server_default is not None:
            require_values(op.describe(), getattr(op.column.server_default, "arg", None))
        column = in_table(op.column, op.table_name, op.schema)
        return [AddColumn(column, if_not_exists=if_not_exists)]
    return _add_column_of_table(op, target, if_not_exists)


def _add_column_of_table(op: ops.AddColumnOp, target: Target, if_not_exists: bool) -> list[Any]:
    table = SchemaObjects(target).table(op.table_name, op.column, schema=op.schema)
    require_values_in(op.describe, table)
    column = table.columns[op.column.key]
    if column.identity is not None and not writes_identity(column, target.dialect):
        # SQLAlchemy leaves it out: rows would get no number.
        raise errors.operations.UnsupportedOperation(op.describe(), target.name, "identity columns")
    # IF NOT EXISTS is to hold for what belongs to the column as well.
    inline = bool(op.inline_references or if_not_exists)
    constraints = [
        c
        for c in table.constraints
        if not isinstance(c, PrimaryKeyConstraint)
        and not (inline and isinstance(c, ForeignKeyConstraint))
        and wanted_by(c, target.dialect)
    ]
    if constraints and not target.capabilities.alter_constraints:
        # Before the column is there: half of an operation is worse than none of it.
        kinds = ", ".join(sorted({c.__visit_name__.replace("_", " ") for c in constraints}))
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            f"adding a {kinds} to an existing table",
            "write a foreign key inside ADD COLUMN with inline_references=True, or use op.batch_alter_table",
        )
    if table.indexes:
        supported(if_not_exists, "index_if_exists", op, target, "IF NOT EXISTS of an index")
    constraints.sort(key=lambda c: (c.__visit_name__, str(c.name or "")))
    made: list[Any] = [
        AddColumn(
            column,
            if_not_exists=if_not_exists,
            inline_references=inline,
            inline_primary_key=bool(op.inline_primary_key),
            inline_constraints=constraints if if_not_exists else (),
        )
    ]
    if not if_not_exists:
        made += map(AddConstraint, constraints)
    for index in sorted(table.indexes, key=lambda i: str(i.name or "")):
        made.append(CreateIndex(index, if_not_exists=if_not_exists))
    if column.comment and target.capabilities.comments and not target.capabilities.inline_comments:
        made.append(SetColumnComment(column))
    return made


@Operations.lowering_for(ops.DropColumnOp)
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield DROP COLUMN."""
    if_exists = supported(op.if_exists, "column_if_exists", op, target, "IF EXISTS of a column")
    yield DropColumn(op.table_name, op.column_name, op.schema, if_exists=if_exists)


@Operations.lowering_for(ops.AlterColumnOp)
def alter_column(op: ops.AlterColumnOp, target: Target) -> list[Any]:
    """Return one ALTER for each thing that changes; the new name comes last."""
    require_alter(op, target)
    # Made before anything is sent, as it may be refused.
    default = list(alter_default(op, target))
    where = (op.table_name, op.column_name)
    made: list[Any] = []
    if op.modify_type is not None:
        made += map(DropConstraint, dropped_with_type(op, target))
    if op.modify_nullable is not None:
        made.append(ColumnNullable(*where, op.modify_nullable, op.schema))
    made += default
    if op.modify_type is not None:
        made.append(ColumnType(*where, to_instance(op.modify_type), op.schema))
        made += map(AddConstraint, type_constraints(op, op.modify_type, target))
    return made + alter_comment_and_name(op, target)


def require_alter(op: ops.AlterColumnOp, target: Target) -> None:
    """Refuse what the server cannot change in place, before anything is changed.

    Raises:
        UnsupportedOperation: It can do nothing to a column but rename it.
    """
    asked = {
        "changing the type of a column": op.modify_type is not None,
        "changing NOT NULL of a column": op.modify_nullable is not None,
        "changing the default of a column": op.modify_server_default is not False,
    }
    for what, wanted in asked.items():
        if wanted and not target.capabilities.alter_column:
            raise errors.operations.UnsupportedOperation(
                op.describe(), target.name, what, "build the table anew: use op.batch_alter_table"
            )
    if op.modify_comment is not False and not target.capabilities.comments:
        raise errors.operations.UnsupportedOperation(op.describe(), target.name, "comments")


def alter_default(op: ops.AlterColumnOp, target: Target) -> Iterator[Any]:
    """Yield SET DEFAULT or DROP DEFAULT."""
    if op.modify_server_default is False:
        return
    if is_generated(op.modify_server_default) or is_generated(op.existing_server_default):
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "making a column generated, or no longer so, by ALTER"
        )
    yield ColumnDefault(op.table_name, op.column_name, op.modify_server_default, op.schema)


def alter_comment_and_name(op: ops.AlterColumnOp, target: Target) -> list[Any]:
    """Return COMMENT ON COLUMN, then RENAME COLUMN."""
    made: list[Any] = []
    if op.modify_comment is not False:
        column: Column[Any] = Column(op.column_name, comment=op.modify_comment)
        SchemaObjects(target).table(op.table_name, column, schema=op.schema)
        made.append(SetColumnComment(column))
    if op.modify_name is not None:
        made.append(ColumnName(op.table_name, op.column_name, op.modify_name, op.schema))
    return made


def type_constraints(
    op: ops.AlterColumnOp, type_: TypeEngine[Any] | type[TypeEngine[Any]] | None, target: Target
) -> list[Constraint]:
    """Return the CHECK constraints that a column of this type has on this dialect."""
    if type_ is None:
        return []
    column: Column[Any] = Column(op.column_name, type_)
    table = SchemaObjects(target).table(op.table_name, column, schema=op.schema)
    return [c for c in table.constraints if from_type(c) and wanted_by(c, target.dialect)]


def dropped_with_type(op: ops.AlterColumnOp, target: Target) -> list[Constraint]:
    """Return the CHECK constraints of the present type, which must not outlive it.

    Raises:
        IncompleteOperation: One of them has no name to drop it by.
    """
    found = type_constraints(op, op.existing_type, target)
    if any(not isinstance(c.name, str) for c in found):
        raise errors.operations.IncompleteOperation(
            op.describe(), target.name, "the name of the CHECK of existing_type"
        )
    return found


@Operations.lowering_for(ops.CreateTableCommentOp)
def create_table_comment(op: ops.CreateTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield COMMENT ON TABLE."""
    supported(True, "comments", op, target, "comments")
    yield SetTableComment(_table(op, target, comment=op.comment))


@Operations.lowering_for(ops.DropTableCommentOp)
def drop_table_comment(op: ops.DropTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield COMMENT ON TABLE .. IS NULL."""
    supported(True, "comments", op, target, "comments")
    yield DropTableComment(_table(op, target))


def _table(op: ops.AlterTableOp, target: Target, **kw: Any) -> Table:
    return SchemaObjects(target).table(op.table_name, schema=op.schema, **kw)


@Operations.lowering_for(ops.CreateIndexOp)
def create_index(op: ops.CreateIndexOp, target: Target) -> list[Any]:
    """Return CREATE INDEX."""
    supported(op.if_not_exists, "index_if_exists", op, target, "IF NOT EXISTS of an index")
    if_not_exists = supported(op.if_not_exists, "if_not_exists", op, target, "IF NOT EXISTS")
    if isinstance(op.columns, str) or not op.columns:
        require_names(op.describe(), "columns", op.columns)
    given = (op.index_name, op.table_name, op.columns, op.schema)
    index = lone_index(*given, target, unique=op.unique, **op.kw)
    if index is None:
        index = SchemaObjects(target).index(*given, unique=op.unique, **op.kw)
    return [CreateIndex(index, if_not_exists=if_not_exists)]


@Operations.lowering_for(ops.DropIndexOp)
def drop_index(op: ops.DropIndexOp, target: Target) -> Iterator[Any]:
    """Yield DROP INDEX."""
    supported(op.if_exists, "index_if_exists", op, target, "IF EXISTS of an index")
    if_exists = supported(op.if_exists, "if_exists", op, target, "IF EXISTS")
    if op.kw:
        # Refuses an option that the dialect does not have.
        Index(None, **op.kw)
    index = SchemaObjects(target).index(
        op.index_name or resolved_name(op, target),
        op.table_name or "",
        ["x"],
        schema=op.schema,
        **_known(op.kw),
    )
    yield DropIndex(index, if_exists=if_exists)


def resolved_name(op: ops.DropIndexOp | ops.DropConstraintOp, target: Target) -> str:
    """Return the name that the naming convention gave to what is dropped.

    Raises:
        IncompleteOperation: How it was created is not known, or no convention names it.
    """
    kind = "index" if isinstance(op, ops.DropIndexOp) else "constraint"
    if op.origin is not None:
        context = _Context(target)
        made = op.to_index(context) if isinstance(op, ops.DropIndexOp) else op.to_constraint(context)
        if isinstance(made.name, str):
            # Final: the convention is not applied a second time.
            return conv(made.name)
    raise errors.operations.IncompleteOperation(op.describe(), target.name, f"the name of the {kind}")


def dropped(op: ops.DropConstraintOp, name: str, target: Target) -> Constraint:
    """Return what stands for a constraint that is dropped, under the name that the convention makes."""
    return SchemaObjects(target).generic_constraint(name, op.table_name, op.constraint_type, schema=op.schema)


def _known(kw: Any) -> dict[str, Any]:
    # Options that describe the index's contents mean nothing to DROP, and may name its columns.
    return {key: value for key, value in kw.items() if isinstance(value, bool)}


@Operations.lowering_for(ops.AddConstraintOp)
def add_constraint(op: ops.AddConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT."""
    supported(True, "alter_constraints", op, target, "adding a constraint to an existing table")
    constraint = op.to_constraint(_Context(target))
    yield AddConstraint(constraint)
    if constraint.comment:
        if not target.dialect.supports_constraint_comments:
            raise errors.operations.UnsupportedOperation(
                op.describe(), target.name, "comments on constraints"
            )
        yield SetConstraintComment(constraint)


@Operations.lowering_for(ops.DropConstraintOp)
def drop_constraint(op: ops.DropConstraintOp, target: Target) -> Iterator[Any]:
    """Yield DROP CONSTRAINT."""
    supported(True, "alter_constraints", op, target, "dropping a constraint of an existing table")
    if_exists = supported(op.if_exists, "constraint_if_exists", op, target, "IF EXISTS of a constraint")
    name = op.constraint_name or resolved_name(op, target)
    yield DropConstraint(dropped(op, name, target), if_exists=if_exists)


class _Context:
    """What ``to_constraint()`` reads of a context: the target."""

    def __init__(self, target: Target) -> None:
        self.target = target
