"""How built-in operations are written for Oracle Database, where that is not as in standard SQL."""

from __future__ import annotations

import copy
import re
from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import Column, Constraint, Identity, Insert, Table, TextClause
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropTableComment, SetColumnComment
from sqlalchemy.types import to_instance

from migrateops import errors
from migrateops.ddl import lower, lower_data
from migrateops.ddl.statements import ColumnDefault, is_generated
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_oracle.errors import UnknownOption
from migrateops_oracle.statements import CommentOn, CreateIndexIfMissing, ModifyColumn, ModifyIdentity

# PL/SQL, which ends with a semicolon of its own.
_LEAD = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+"
_IS_BLOCK = re.compile(
    _LEAD + r"(?:BEGIN|DECLARE|<<|CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:NON)?EDITIONABLE\s+)?(?:AND\s+\w+\s+)*"
    r"(?:PROCEDURE|FUNCTION|PACKAGE|TRIGGER|TYPE|LIBRARY)\b)",
    re.IGNORECASE | re.DOTALL,
)
_ASK_FIRST = "ask the data dictionary whether it is there, in the script"


@Operations.lowering_for(ops.CreateTableOp, dialect="oracle")
def create_table(op: ops.CreateTableOp, target: Target) -> Generator[Any, None, Table]:
    """Yield what standard SQL has; return the table."""
    _refuse_exists(op, op.if_not_exists, "if_not_exists", target)
    if any(str(prefix).upper() == "TEMPORARY" for prefix in op.kw.get("prefixes") or ()):
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "CREATE TEMPORARY TABLE", 'prefixes=["GLOBAL TEMPORARY"]'
        )
    for item in op.columns:
        if isinstance(item, Constraint):
            _refuse_clauses(item, op, target)
        elif isinstance(item, Column):
            _refuse_of_column(item, op, target)
    statements = lower.create_table(op, target)
    while True:
        try:
            yield _own(next(statements))
        except StopIteration as end:
            table: Table = end.value
            return table


def _own(statement: Any) -> Any:
    """Return CREATE INDEX IF NOT EXISTS in a form that has the condition; else *statement*."""
    if isinstance(statement, CreateIndex) and statement.if_not_exists:
        return CreateIndexIfMissing(statement.element)
    return statement


@Operations.lowering_for(ops.DropTableOp, dialect="oracle")
def drop_table(op: ops.DropTableOp, target: Target) -> Iterator[Any]:
    """Yield DROP TABLE; it goes into the recycle bin, where there is one."""
    _refuse_exists(op, op.if_exists, "if_exists", target)
    yield from lower.drop_table(op, target)


@Operations.lowering_for(ops.CreateTableCommentOp, dialect="oracle")
def create_table_comment(op: ops.CreateTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield COMMENT ON TABLE; no comment is an empty one."""
    if op.comment is None:
        yield DropTableComment(SchemaObjects(target).table(op.table_name, schema=op.schema))
    else:
        yield from lower.create_table_comment(op, target)


@Operations.lowering_for(ops.AddColumnOp, dialect="oracle")
def add_column(op: ops.AddColumnOp, target: Target) -> Iterator[Any]:
    """Yield ADD, then what belongs to the column."""
    _refuse_exists(op, op.if_not_exists, "column_if_exists", target)
    if isinstance(op.column, Column):
        _refuse_of_column(op.column, op, target)
    yield from lower.add_column(op, target)


@Operations.lowering_for(ops.DropColumnOp, dialect="oracle")
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield DROP COLUMN, which has no options."""
    _refuse_options(op)
    _refuse_exists(op, op.if_exists, "column_if_exists", target)
    yield from lower.drop_column(op, target)


@Operations.lowering_for(ops.AlterColumnOp, dialect="oracle")
def alter_column(op: ops.AlterColumnOp, target: Target) -> Iterator[Any]:
    """Yield one MODIFY for type, default and nullability, then the comment and the new name."""
    _refuse_options(op)
    where = (op.table_name, op.column_name)
    default, identity = _default_changes(op, target)
    nullable = op.modify_nullable
    if nullable is not None and nullable == op.existing_nullable:
        # The server refuses to make it what it is.
        nullable = None
    checks = lower.dropped_with_type(op, target) if op.modify_type is not None else []
    for constraint in checks:
        yield DropConstraint(constraint)
    yield from identity
    if op.modify_type is not None or default is not False or nullable is not None:
        type_ = to_instance(op.modify_type) if op.modify_type is not None else None
        yield ModifyColumn(*where, op.schema, type_=type_, default=default, nullable=nullable)
    if op.modify_type is not None:
        for constraint in lower.type_constraints(op, op.modify_type, target):
            yield AddConstraint(constraint)
    for statement in lower.alter_comment_and_name(op, target):
        if isinstance(statement, SetColumnComment):
            yield CommentOn(*where, statement.element.comment or "", op.schema)
        else:
            yield statement


def _default_changes(op: ops.AlterColumnOp, target: Target) -> tuple[Any, tuple[ModifyIdentity, ...]]:
    """Return the new default, False for the same, and the statements that change an identity.

    Raises:
        UnsupportedOperation: The server cannot do it to an existing column.
    """
    new, old = op.modify_server_default, op.existing_server_default
    where = (op.table_name, op.column_name)
    if new is False:
        return False, ()
    if isinstance(old, Identity) and isinstance(new, Identity):
        return False, (ModifyIdentity(*where, new, op.schema),)
    if isinstance(old, Identity) and not is_generated(new):
        return (new if new is not None else False), (ModifyIdentity(*where, None, op.schema),)
    if is_generated(new) or is_generated(old):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "making a column an identity or a computed one, or no longer so, by ALTER",
            "drop the column and add it again",
        )
    if new is not None:
        # Refused before anything is sent, if it has no text.
        ColumnDefault(*where, new, op.schema)
    return new, ()


@Operations.lowering_for(ops.CreateIndexOp, dialect="oracle")
def create_index(op: ops.CreateIndexOp, target: Target) -> Iterator[Any]:
    """Yield CREATE INDEX, with the options of the dialect."""
    _refuse_exists(op, op.if_not_exists, "if_not_exists", target)
    for statement in lower.create_index(op, target):
        yield _own(statement)


@Operations.lowering_for(ops.DropIndexOp, dialect="oracle")
def drop_index(op: ops.DropIndexOp, target: Target) -> Iterator[Any]:
    """Yield DROP INDEX."""
    _refuse_exists(op, op.if_exists, "if_exists", target)
    yield from lower.drop_index(op, target)


@Operations.lowering_for(AddConstraintOp, dialect="oracle")
def add_constraint(op: AddConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT."""
    _refuse_clauses(_Wanted(op), op, target)
    yield from lower.add_constraint(op, target)


@Operations.lowering_for(ops.DropConstraintOp, dialect="oracle")
def drop_constraint(op: ops.DropConstraintOp, target: Target) -> Iterator[Any]:
    """Yield DROP CONSTRAINT."""
    _refuse_exists(op, op.if_exists, "constraint_if_exists", target)
    yield from lower.drop_constraint(op, target)


@Operations.lowering_for(ops.BulkInsertOp, dialect="oracle")
def bulk_insert(op: ops.BulkInsertOp, target: Target) -> Iterator[Any]:
    """Yield the INSERTs; in an SQL stream without RETURNING, which has parameters here."""
    for statement in lower.bulk_insert(op, target):
        yield statement.inline() if target.as_sql and isinstance(statement, Insert) else statement


@Operations.lowering_for(ops.ExecuteSQLOp, dialect="oracle")
def execute(op: ops.ExecuteSQLOp, target: Target) -> Iterator[Any]:
    """Yield the statement, without a semicolon that is none of its own.

    The server does not take one; SQL*Plus runs a statement at it, and once more at the separator.
    """
    given = op.sqltext
    if isinstance(given, TextClause):
        given = given.text
    if isinstance(given, str) and given.rstrip().endswith(";") and not _IS_BLOCK.match(given):
        text = given.rstrip().removesuffix(";")
        op = copy.copy(op)
        op.sqltext = text
    yield from lower_data.execute(op, target)


class _Wanted:
    """The clauses that an operation asks for, under the names that a constraint has them."""

    def __init__(self, op: AddConstraintOp) -> None:
        kw: Any = getattr(op, "kw", {})
        self.match, self.ondelete, self.onupdate = (
            kw.get(name) for name in ("match", "ondelete", "onupdate")
        )


def _refuse_exists(op: MigrateOperation, asked: bool | None, capability: str, target: Target) -> None:
    if asked and not getattr(target.capabilities, capability):
        words = "IF EXISTS" if type(op).__name__.startswith("Drop") else "IF NOT EXISTS"
        version = " before version 23" if capability in ("if_exists", "if_not_exists") else ""
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, f"{words}{version} ({capability})", _ASK_FIRST
        )


def _refuse_of_column(column: Column[Any], op: MigrateOperation, target: Target) -> None:
    for key in column.foreign_keys:
        _refuse_clauses(key, op, target)
    if column.computed is not None and column.computed.persisted:
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "stored generated columns",
            "leave persisted out: it is computed when read",
        )


def _refuse_clauses(constraint: Any, op: MigrateOperation, target: Target) -> None:
    if getattr(constraint, "match", None) is not None:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "MATCH of a foreign key", "leave match out: it is always SIMPLE"
        )
    if getattr(constraint, "onupdate", None) is not None:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "ON UPDATE", "write a trigger, or leave it out"
        )
    ondelete = getattr(constraint, "ondelete", None)
    if ondelete is not None and ondelete.upper() not in ("CASCADE", "SET NULL"):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            f"ON DELETE {ondelete}",
            "leave ondelete out: it is refused",
        )


def _refuse_options(op: Any) -> None:
    for option in op.kw:
        if option.startswith("oracle_"):
            raise UnknownOption(op.describe(), option)
