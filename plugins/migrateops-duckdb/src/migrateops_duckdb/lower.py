"""How built-in operations are written for DuckDB, and which of them it cannot do."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Column, Computed, ForeignKey, ForeignKeyConstraint, PrimaryKeyConstraint, Table
from sqlalchemy.schema import AddConstraint, DropTable
from sqlalchemy.types import to_instance

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import AddColumn, ColumnNullable, ColumnType, TableEvent
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import SchemaObjects, require_items, wanted_by
from migrateops_duckdb.enums import enum_of
from migrateops_duckdb.errors import UnknownOption
from migrateops_duckdb.statements import AddNullableColumn, CreateTypeIfMissing

ADDING = "adding constraints to a table (alter_constraints)"
DROPPING = "dropping constraints of a table (alter_constraints)"

_USING = "duckdb_using"
BUILD_ANEW = "create a new table, copy the rows, drop the old one and rename the new one"
_BATCH = "put it into a batch, which builds the table anew: with op.batch_alter_table(..) as batch_op:"
_UNIQUE_INDEX = "create a unique index: op.create_index(.., unique=True)"
_SEQUENCE = "create a sequence, and give server_default=sa.text(\"nextval('..')\")"


@Operations.lowering_for(ops.CreateTableOp, dialect="duckdb")
def create_table(op: ops.CreateTableOp, target: Target) -> Generator[Any, None, Table]:
    """Yield what standard SQL has; return the table."""
    for item in op.columns:
        if isinstance(item, Column):
            _refuse_generated(item, op, target)
            for key in item.foreign_keys:
                refuse_clauses(key, op, target)
        elif isinstance(item, ForeignKeyConstraint):
            refuse_clauses(item, op, target)
    statements = lower.create_table(op, target)
    first = next(statements)
    numbered = first.table.autoincrement_column
    if numbered is not None and numbered.server_default is None and '"' in f"{op.table_name}{numbered.name}":
        # The engine does not find a sequence with such a name.
        what = "a column that numbers itself where a name has a quotation mark"
        raise _unsupported(op, target, what, "leave that out of the name, or set autoincrement=False")
    yield first
    return (yield from statements)


@Operations.lowering_for(ops.DropTableOp, dialect="duckdb")
def drop_table(op: ops.DropTableOp, target: Target) -> Iterator[Any]:
    """Yield DROP TABLE, and that of the sequence behind its key where the key is known."""
    table = op.to_table(SimpleNamespace(target=target))
    for column in table.columns:
        if column.identity is not None:
            # There is none behind it here; the driver's events would refuse it.
            column.identity = column.server_default = None
            column.autoincrement = False
    yield TableEvent(table, "before_drop")
    yield DropTable(table, if_exists=bool(op.if_exists))
    yield TableEvent(table, "after_drop")


@Operations.lowering_for(ops.AddColumnOp, dialect="duckdb")
def add_column(op: ops.AddColumnOp, target: Target) -> Iterator[Any]:
    """Yield ADD COLUMN, then SET NOT NULL, the index and the comment."""
    require_items(op.describe(), [op.column], Column)
    table = SchemaObjects(target).table(op.table_name, op.column, schema=op.schema)
    column = table.columns[op.column.key]
    _refuse_generated(column, op, target)
    if op.inline_primary_key and column.primary_key:
        raise _unsupported(
            op, target, "PRIMARY KEY in ADD COLUMN", "add it afterwards: op.create_primary_key()"
        )
    for constraint in sorted((*table.constraints, *column.constraints), key=lambda c: c.__visit_name__):
        if not isinstance(constraint, PrimaryKeyConstraint) and wanted_by(constraint, target.dialect):
            kind = constraint.__visit_name__.removesuffix("_constraint").replace("_", " ")
            raise _unsupported(
                op,
                target,
                f"a {kind} constraint in ADD COLUMN",
                _UNIQUE_INDEX if kind == "unique" else _anew(target),
            )
    yield from _missing_type(column.type, target)
    for statement in lower.add_column(op, target):
        if isinstance(statement, AddColumn) and not column.nullable:
            yield AddNullableColumn(column, if_not_exists=statement.if_not_exists)
            yield ColumnNullable(op.table_name, column.name, False, op.schema)
        else:
            yield statement


@Operations.lowering_for(ops.DropColumnOp, dialect="duckdb")
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield DROP COLUMN, which has no options."""
    _refuse_options(op)
    yield from lower.drop_column(op, target)


@Operations.lowering_for(ops.AlterColumnOp, dialect="duckdb")
def alter_column(op: ops.AlterColumnOp, target: Target) -> Iterator[Any]:
    """Yield one ALTER for each thing that changes; the type comes before the default, the new name last."""
    _refuse_options(op, _USING)
    using = op.kw.get(_USING)
    if using is not None and op.modify_type is None:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, f"type_ with {_USING}")
    default = list(lower.alter_default(op, target))
    where = (op.table_name, op.column_name)
    if op.modify_type is not None:
        yield from _missing_type(op.modify_type, target)
        yield ColumnType(*where, to_instance(op.modify_type), op.schema, using=using)
    if op.modify_nullable is not None:
        yield ColumnNullable(*where, op.modify_nullable, op.schema)
    yield from default
    yield from lower.alter_comment_and_name(op, target)


@Operations.lowering_for(ops.CreateIndexOp, dialect="duckdb")
def create_index(op: ops.CreateIndexOp, target: Target) -> Iterator[Any]:
    """Yield CREATE INDEX, which has no options; SQLAlchemy would write those of PostgreSQL."""
    _refuse_options(op)
    own = copy.copy(op)
    own.kw = {name: value for name, value in op.kw.items() if not name.startswith("postgresql_")}
    yield from lower.create_index(own, target)


@Operations.lowering_for(ops.CreatePrimaryKeyOp, dialect="duckdb")
def create_primary_key(op: ops.CreatePrimaryKeyOp, target: Target) -> Iterator[Any]:
    """Yield ADD PRIMARY KEY, the one constraint that can be added; its name is not kept."""
    if op.kw.get("comment"):
        raise _unsupported(op, target, "comments on constraints", "leave comment out")
    yield AddConstraint(op.to_constraint(SimpleNamespace(target=target)))


@Operations.lowering_for(AddConstraintOp, dialect="duckdb")
def add_constraint(op: AddConstraintOp, target: Target) -> Iterator[Any]:
    """Refuse it: the engine has no such ALTER TABLE."""
    raise _unsupported(op, target, ADDING, _anew(target))
    yield


@Operations.lowering_for(ops.DropConstraintOp, dialect="duckdb")
def drop_constraint(op: ops.DropConstraintOp, target: Target) -> Iterator[Any]:
    """Refuse it: the engine has no such ALTER TABLE."""
    raise _unsupported(op, target, DROPPING, _anew(target))
    yield


def _anew(target: Target) -> str:
    # An SQL stream does not know what the table is like.
    return BUILD_ANEW if target.as_sql else _BATCH


def _missing_type(type_: Any, target: Target) -> Iterator[Any]:
    """Yield the statement that makes the enum behind a column's type, if it has one."""
    enum = enum_of(to_instance(type_), target.dialect)
    if enum is not None:
        yield CreateTypeIfMissing(enum)


def _refuse_generated(column: Column[Any], op: MigrateOperation, target: Target) -> None:
    refuse_stored(column, op, target)
    if column.computed is not None and isinstance(op, ops.AddColumnOp):
        raise _unsupported(op, target, "a generated column in ADD COLUMN", _anew(target))
    if column.identity is not None:
        raise _unsupported(op, target, "identity columns", _SEQUENCE)


def refuse_stored(column: Column[Any], op: MigrateOperation, target: Target) -> None:
    """Refuse a generated column whose values are to be stored.

    Raises:
        UnsupportedOperation: It is one.
    """
    if isinstance(column.computed, Computed) and column.computed.persisted:
        raise _unsupported(op, target, "stored generated columns", "compute it with persisted=False")


def refuse_clauses(key: ForeignKey | ForeignKeyConstraint, op: MigrateOperation, target: Target) -> None:
    """Refuse what the engine's foreign keys do not have.

    Raises:
        UnsupportedOperation: The key has an action, or says when it is checked.
    """
    allowed = (None, "NO ACTION", "RESTRICT")
    if any(text is not None and text.upper() not in allowed for text in (key.ondelete, key.onupdate)):
        raise _unsupported(
            op, target, "ON DELETE and ON UPDATE of a foreign key", "change the other rows yourself"
        )
    if key.deferrable is not None or key.initially is not None:
        raise _unsupported(
            op, target, "constraints that are checked later", "leave deferrable and initially out"
        )


def _refuse_options(op: Any, *known: str) -> None:
    for option in op.kw:
        if option.startswith("duckdb_") and option not in known:
            raise UnknownOption(op.describe(), option)


def _unsupported(
    op: MigrateOperation, target: Target, what: str, instead: str
) -> errors.operations.UnsupportedOperation:
    return errors.operations.UnsupportedOperation(op.describe(), target.name, what, instead)
