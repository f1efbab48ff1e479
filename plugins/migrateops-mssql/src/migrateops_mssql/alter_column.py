"""How a column is altered: type and nullability are stated together, so both have to be known.

Online what is not said is read from the server; offline the call has to say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, text
from sqlalchemy.schema import AddConstraint, DropConstraint
from sqlalchemy.types import String, TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import ColumnDefault, is_generated
from migrateops.operations import Operations, Target, ops
from migrateops.operations.invocation import refuse_unknown_options
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_mssql import lower as own
from migrateops_mssql.errors import NoSuchColumn
from migrateops_mssql.statements import AddDefault, AlterDefinition, DropBound

_FIND = text(
    "SELECT t.name, s.name, t.is_user_defined, c.max_length, c.precision, c.scale, c.collation_name,"
    " c.is_nullable FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id"
    " JOIN sys.schemas s ON s.schema_id = t.schema_id"
    " WHERE c.object_id = OBJECT_ID(:table) AND c.name = :column"
)
_WITH_LENGTH = frozenset({"char", "varchar", "binary", "varbinary"})
_WITH_DOUBLE_LENGTH = frozenset({"nchar", "nvarchar"})
_WITH_SCALE = frozenset({"time", "datetime2", "datetimeoffset"})
_TEXTS = _WITH_DOUBLE_LENGTH | {"char", "varchar", "text", "ntext"}


class Definition(NamedTuple):
    """What has to be stated of a column to alter it.

    Attributes:
        type: The type as SQL, None where it is not known.
        nullable: None where it is not known.
        collation: Of a text; None where there is none, or it is not known.
    """

    type: str | None
    nullable: bool | None
    collation: str | None = None


@Operations.lowering_for(ops.AlterColumnOp, dialect="mssql")
def alter_column(op: ops.AlterColumnOp, target: Target) -> Iterator[Any]:
    """Yield what changes a column, made of what the operation says of the present one."""
    yield from statements(op, target, lambda: Definition(None, None))


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="mssql")
def alter_existing_column(operations: Operations, op: ops.AlterColumnOp) -> None:
    """Send what changes a column, made of what the server says of the present one."""
    context = operations.get_context()
    if context.as_sql:
        operations.next(op)
        return
    refuse_unknown_options(op, context.target)
    for statement in list(statements(op, context.target, lambda: read(op, context.connection))):
        context.run_statement(statement)


def statements(op: ops.AlterColumnOp, target: Target, present: Callable[[], Definition]) -> Iterator[Any]:
    """Yield the statements: CHECKs and default off, the definition, default and CHECKs on, comment, name.

    Args:
        op: The operation.
        target: The server.
        present: Returns what is known of the present column; not called where it does not matter.

    Raises:
        UnsupportedOperation: The server cannot do it.
        IncompleteOperation: The present column is not known well enough.
    """
    own.refuse_unknown_options(op)
    where = (op.table_name, op.column_name)
    new_default = op.modify_server_default
    changes_default = new_default is not False
    if is_generated(new_default) or (changes_default and is_generated(op.existing_server_default)):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "making a column an identity or a computed one, or no longer so, by ALTER",
            "drop the column and add it again",
        )
    if changes_default and new_default is not None:
        # Refused before anything is sent, if it has no text.
        ColumnDefault(*where, new_default, op.schema)
    definition = None
    if op.modify_type is not None or op.modify_nullable is not None:
        definition = _definition(op, target, present)
    checks = lower.dropped_with_type(op, target) if op.modify_type is not None else []
    for constraint in checks:
        yield DropConstraint(constraint)
    if changes_default:
        yield DropBound(*where, "default", op.schema)
    if definition is not None:
        keep = op.modify_type is not None and not changes_default
        yield AlterDefinition(*where, definition, op.schema, keep_default=keep)
    if changes_default and new_default is not None:
        yield AddDefault(*where, new_default, op.schema)
    if op.modify_type is not None:
        for constraint in lower.type_constraints(op, op.modify_type, target):
            yield AddConstraint(constraint)
    for statement in lower.alter_comment_and_name(op, target):
        yield own.own(statement)


def _definition(op: ops.AlterColumnOp, target: Target, present: Callable[[], Definition]) -> str:
    """Return type, collation and nullability as they are to be."""
    nullable = op.modify_nullable if op.modify_nullable is not None else op.existing_nullable
    type_ = op.modify_type if op.modify_type is not None else op.existing_type
    written = _type_text(op, target, type_) if type_ is not None else None
    # Not asked where all is said; but a new type of text keeps the collation that it does not state.
    known = Definition(None, None)
    if written is None or nullable is None or (not target.as_sql and _states_no_collation(type_)):
        known = present()
    if written is None:
        if known.type is None:
            raise errors.operations.IncompleteOperation(op.describe(), target.name, "existing_type")
        written = known.type
    if nullable is None:
        if known.nullable is None:
            raise errors.operations.IncompleteOperation(op.describe(), target.name, "existing_nullable")
        nullable = known.nullable
    if known.collation and (type_ is None or _states_no_collation(type_)):
        written += f" COLLATE {known.collation}"
    return f"{written} {'NULL' if nullable else 'NOT NULL'}"


def _states_no_collation(type_: TypeEngine[Any] | type[TypeEngine[Any]] | None) -> bool:
    made = to_instance(type_) if type_ is not None else None
    return isinstance(made, String) and made.collation is None


def _type_text(op: ops.AlterColumnOp, target: Target, type_: Any) -> str:
    column: Column[Any] = Column(op.column_name, type_)
    SchemaObjects(target).table(op.table_name, column, schema=op.schema)
    return str(target.dialect.type_compiler_instance.process(column.type, type_expression=column))


def read(op: ops.AlterColumnOp, connection: Connection) -> Definition:
    """Return what the server says of the present column.

    Raises:
        NoSuchColumn: There is none.
    """
    preparer: Any = connection.dialect.identifier_preparer
    table = preparer.quote(op.table_name)
    if op.schema:
        table = f"{preparer.quote_schema(op.schema)}.{table}"
    row = connection.execute(_FIND, {"table": table, "column": op.column_name}).one_or_none()
    if row is None:
        raise NoSuchColumn(op.describe(), op.table_name, op.column_name)
    return definition_of(*row)


def definition_of(
    name: str,
    schema: str,
    is_user_defined: bool,
    max_length: int,
    precision: int,
    scale: int,
    collation: str | None,
    nullable: bool,
) -> Definition:
    """Return the definition that a row of the catalog describes; lengths there are in bytes."""
    type_ = name
    if is_user_defined:
        # Its length is its own.
        return Definition(f"[{schema.replace(']', ']]')}].[{name.replace(']', ']]')}]", bool(nullable))
    if name in _WITH_LENGTH | _WITH_DOUBLE_LENGTH:
        width = 2 if name in _WITH_DOUBLE_LENGTH else 1
        type_ = f"{name}({'max' if max_length == -1 else max_length // width})"
    elif name in ("decimal", "numeric"):
        type_ = f"{name}({precision}, {scale})"
    elif name in _WITH_SCALE:
        type_ = f"{name}({scale})"
    elif name == "float":
        type_ = f"float({precision})"
    return Definition(type_, bool(nullable), collation if name in _TEXTS else None)
