"""How built-in operations are written for SQL Server, where that is not as in standard SQL."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Insert,
    Table,
    UniqueConstraint,
    cast,
)
from sqlalchemy.dialects.mssql import DATETIME2
from sqlalchemy.schema import DropIndex, DropTableComment, SetColumnComment, SetTableComment
from sqlalchemy.sql.elements import ColumnClause, TextClause, UnaryExpression

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import DropColumn
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import SchemaObjects, wanted_by
from migrateops_mssql.errors import UnknownOption
from migrateops_mssql.statements import Comment, DropBound, IdentityInsert, Kind

_DROPS: dict[str, Kind] = {
    "mssql_drop_check": "check",
    "mssql_drop_default": "default",
    "mssql_drop_foreign_key": "foreignkey",
}
_NOT_OF_IDENTITY = ("minvalue", "maxvalue", "cycle", "cache")
_ASK_FIRST = "ask the database whether it is there, in the script"


@Operations.lowering_for(ops.CreateTableOp, dialect="mssql")
def create_table(op: ops.CreateTableOp, target: Target) -> Generator[Any, None, Table]:
    """Yield what standard SQL has, with comments that may be there already; return the table."""
    if op.if_not_exists:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "IF NOT EXISTS (if_not_exists)", _ASK_FIRST
        )
    if op.kw.get("prefixes"):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "words before TABLE (prefixes)",
            "a name that begins with # makes it temporary",
        )
    for item in op.columns:
        if isinstance(item, Constraint):
            refuse_clauses(item, op, target)
        elif isinstance(item, Column):
            _refuse_of_column(item, op, target)
    statements = lower.create_table(op, target)
    while True:
        try:
            yield own(next(statements))
        except StopIteration as end:
            table: Table = end.value
            return table


def own(statement: Any) -> Any:
    """Return a comment in the form that is right whether there is one already or not; else *statement*."""
    if isinstance(statement, SetTableComment | DropTableComment):
        table = statement.element
        text = table.comment if isinstance(statement, SetTableComment) else None
        return Comment(table.name, None, text, table.schema)
    if isinstance(statement, SetColumnComment):
        column = statement.element
        return Comment(column.table.name, column.name, column.comment, column.table.schema)
    return statement


@Operations.lowering_for(ops.DropTableOp, dialect="mssql")
def drop_table(op: ops.DropTableOp, target: Target) -> Iterator[Any]:
    """Yield DROP TABLE."""
    _refuse_exists(op, "if_exists", target)
    yield from lower.drop_table(op, target)


@Operations.lowering_for(ops.DropConstraintOp, dialect="mssql")
def drop_constraint(op: ops.DropConstraintOp, target: Target) -> Iterator[Any]:
    """Yield DROP CONSTRAINT."""
    _refuse_exists(op, "constraint_if_exists", target)
    yield from lower.drop_constraint(op, target)


def _refuse_exists(op: Any, capability: str, target: Target) -> None:
    if op.if_exists and not getattr(target.capabilities, capability):
        what = f"IF EXISTS before SQL Server 2016 ({capability})"
        raise errors.operations.UnsupportedOperation(op.describe(), target.name, what, _ASK_FIRST)


@Operations.lowering_for(ops.CreateTableCommentOp, dialect="mssql")
def create_table_comment(op: ops.CreateTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield the block that sets an extended property."""
    yield Comment(op.table_name, None, op.comment, op.schema)


@Operations.lowering_for(ops.DropTableCommentOp, dialect="mssql")
def drop_table_comment(op: ops.DropTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield the block that drops an extended property."""
    yield Comment(op.table_name, None, None, op.schema)


@Operations.lowering_for(ops.AddColumnOp, dialect="mssql")
def add_column(op: ops.AddColumnOp, target: Target) -> Iterator[Any]:
    """Yield ADD, then what belongs to the column."""
    if op.if_not_exists:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "IF NOT EXISTS of a column (if_not_exists)", _ASK_FIRST
        )
    if isinstance(op.column, Column):
        _refuse_of_column(op.column, op, target)
    for statement in lower.add_column(op, target):
        yield own(statement)


@Operations.lowering_for(ops.DropColumnOp, dialect="mssql")
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield the drop of what is bound to the column, then DROP COLUMN.

    The default goes with the column unless ``mssql_drop_default`` is False; CHECKs of the column and foreign
    keys where asked, or where it is known that they came with the column, as do its index and its UNIQUE.
    """
    refuse_unknown_options(op, *_DROPS)
    _refuse_exists(op, "column_if_exists", target)
    came = _came_with(op, target)
    for option, kind in _DROPS.items():
        if op.kw.get(option, kind == "default" or kind in came):
            yield DropBound(op.table_name, op.column_name, kind, op.schema)
    if "unique" in came:
        yield DropBound(op.table_name, op.column_name, "unique", op.schema)
    for index in came.get("index", ()):
        yield DropIndex(index)
    yield DropColumn(op.table_name, op.column_name, op.schema, if_exists=bool(op.if_exists))


def _came_with(op: ops.DropColumnOp, target: Target) -> dict[str, list[Any]]:
    """Return what the column was added with, by its kind; nothing where that is not known."""
    if op.origin is None or not isinstance(op.origin.column, Column):
        return {}
    table = SchemaObjects(target).table(op.table_name, op.origin.column, schema=op.schema)
    kinds: dict[type[Any], Kind] = {
        CheckConstraint: "check",
        ForeignKeyConstraint: "foreignkey",
        UniqueConstraint: "unique",
    }
    found: dict[str, list[Any]] = {}
    [column] = [one for one in table.columns if one.name == op.origin.column.name]
    for constraint in (*table.constraints, *column.constraints):
        kind = kinds.get(type(constraint))
        if kind is not None and wanted_by(constraint, target.dialect):
            found.setdefault(kind, []).append(constraint)
    if table.indexes:
        found["index"] = list(table.indexes)
    return found


@Operations.lowering_for(ops.CreateIndexOp, dialect="mssql")
def create_index(op: ops.CreateIndexOp, target: Target) -> Iterator[Any]:
    """Yield CREATE INDEX, also clustered, filtered and with included columns."""
    if op.if_not_exists:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "IF NOT EXISTS of an index (if_not_exists)", _ASK_FIRST
        )
    if not all(isinstance(item, str) or _is_column(item) for item in op.columns):
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "an index on an expression", "add a computed column, and index that"
        )
    yield from lower.create_index(op, target)


def _is_column(item: Any) -> bool:
    element = item.__clause_element__() if hasattr(item, "__clause_element__") else item
    if isinstance(element, UnaryExpression):
        return _is_column(element.element)
    if isinstance(element, TextClause):
        # A name, maybe with DESC; one with a bracket in it is quoted.
        return element.text.lstrip().startswith(("[", '"')) or "(" not in element.text
    return isinstance(element, ColumnClause)


@Operations.lowering_for(ops.DropIndexOp, dialect="mssql")
def drop_index(op: ops.DropIndexOp, target: Target) -> Iterator[Any]:
    """Yield DROP INDEX .. ON; the names of indexes are those of their table."""
    if not op.table_name:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, "table_name")
    _refuse_exists(op, "if_exists", target)
    yield from lower.drop_index(op, target)


@Operations.lowering_for(AddConstraintOp, dialect="mssql")
def add_constraint(op: AddConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT."""
    refuse_clauses(_Wanted(op), op, target)
    yield from lower.add_constraint(op, target)


@Operations.lowering_for(ops.BulkInsertOp, dialect="mssql")
def bulk_insert(op: ops.BulkInsertOp, target: Target) -> Iterator[Any]:
    """Yield the INSERTs, between SET IDENTITY_INSERT only where rows give values to an identity.

    On a connection SQLAlchemy does that for a ``Table``.
    """
    lower.require_rows(op)
    toggles = _toggles(op, target)
    if toggles is not None:
        yield toggles[0]
    for statement in lower.bulk_insert(_with_plain_times(op) if target.as_sql else op, target):
        # What SQLAlchemy asks for besides, OUTPUT, is refused where the table has a trigger.
        yield statement.inline() if target.as_sql and isinstance(statement, Insert) else statement
    if toggles is not None:
        yield toggles[1]


def _with_plain_times(op: ops.BulkInsertOp) -> ops.BulkInsertOp:
    """Return *op* with dates and times that the server reads alike in every language.

    As a DATETIME it takes ``2020-02-03`` for the second of March where days come first, never as a DATETIME2.
    """

    def plain(value: Any) -> Any:
        is_time = isinstance(value, datetime) and value.tzinfo is None
        return cast(value, DATETIME2) if is_time else value

    rows = [{name: plain(value) for name, value in row.items()} for row in op.rows]
    return ops.BulkInsertOp(op.table, rows, multiinsert=op.multiinsert)


def _toggles(op: ops.BulkInsertOp, target: Target) -> tuple[Any, Any] | None:
    table = op.table
    if not op.rows:
        return None
    named = {key: None for row in op.rows for key in row}
    if isinstance(table, Table):
        identity = table.autoincrement_column
        given = identity is not None and (identity.key in named or identity.name in named)
        if not given or not target.as_sql:
            return None
        asked = None
    else:
        asked = tuple(str(name) for name in named)
    where = (table.name, getattr(table, "schema", None))
    return IdentityInsert(*where, True, asked), IdentityInsert(*where, False, asked)


def refuse_unknown_options(op: Any, *known: str) -> None:
    """Refuse an option of the dialect that the operation does not have.

    Raises:
        UnknownOption: There is one.
    """
    for option in op.kw:
        if option.startswith("mssql_") and option not in known:
            raise UnknownOption(op.describe(), option, known)


class _Wanted:
    """The clauses that an operation asks for, under the names that a constraint has them."""

    def __init__(self, op: AddConstraintOp) -> None:
        kw: Any = getattr(op, "kw", {})
        self.match, self.deferrable, self.initially = (
            kw.get(name) for name in ("match", "deferrable", "initially")
        )
        self.ondelete, self.onupdate = kw.get("ondelete"), kw.get("onupdate")


def _refuse_of_column(column: Column[Any], op: MigrateOperation, target: Target) -> None:
    for key in column.foreign_keys:
        refuse_clauses(key, op, target)
    given = [name for name in _NOT_OF_IDENTITY if getattr(column.identity, name, None) not in (None, False)]
    if given:
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            f"{', '.join(given)} of an identity",
            "it has a start and an increment; or take the numbers from a sequence, as server_default",
        )


def refuse_clauses(constraint: Any, op: MigrateOperation, target: Target) -> None:
    """Refuse what the server has no words for.

    Raises:
        UnsupportedOperation: The constraint has MATCH, RESTRICT, or says when it is checked.
    """
    if getattr(constraint, "match", None) is not None:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "MATCH of a foreign key", "leave match out: it is always SIMPLE"
        )
    if any(getattr(constraint, name, None) is not None for name in ("deferrable", "initially")):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "constraints that are checked later",
            "leave deferrable and initially out",
        )
    if any(str(getattr(constraint, name, "")).upper() == "RESTRICT" for name in ("ondelete", "onupdate")):
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "RESTRICT", 'write "NO ACTION", which is the same here'
        )
