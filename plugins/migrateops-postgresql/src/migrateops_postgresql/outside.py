"""Work outside of transactions, so that nobody waits: indexes built concurrently, checks of old rows.

An operation that asks for it ends the step's transaction, does its work with each statement committed by
itself, and begins a new one.  What the step did before stays if it fails later, and the step says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import CheckConstraint, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import AddConstraint, DropConstraint, DropIndex
from sqlalchemy.sql.elements import conv

from migrateops import errors
from migrateops.ddl.statements import AlterTable, ColumnNullable, table_text
from migrateops.operations import (
    BatchOperations,
    MigrateOperation,
    Operations,
    Target,
    operation,
    ops,
    schema,
    table,
)
from migrateops.operations.invocation import require_writable
from migrateops.operations.ops import AlterTableOp
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_postgresql import driver, lower

_CONCURRENTLY = "postgresql_concurrently"
_THROUGH_CHECK = lower.THROUGH_CHECK
# A build that failed leaves its index, which is kept up to date and never used; IF NOT EXISTS would keep it.
_INVALID = text(
    "SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    " WHERE NOT i.indisvalid AND c.relname = :index AND i.indrelid = to_regclass(:table)"
)


class ValidateConstraint(AlterTable):
    """``ALTER TABLE .. VALIDATE CONSTRAINT ..``."""

    def __init__(self, table_name: str, name: str, schema: str | None = None) -> None:
        super().__init__(table_name, schema)
        self.name = name


@compiles(ValidateConstraint)
def _validate(element: ValidateConstraint, compiler: Any, **kw: Any) -> str:
    where = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {where} VALIDATE CONSTRAINT {compiler.preparer.quote(element.name)}"


@Operations.register_operation("validate_constraint")
@BatchOperations.register_operation("validate_constraint")
@operation
class ValidateConstraintOp(AlterTableOp):
    """Check the rows that were there before a constraint, which was added with ``postgresql_not_valid=True``.

    ``ALTER TABLE .. VALIDATE CONSTRAINT``: reads the whole table, while others read and write it.

    Args:
        constraint_name: Name of the constraint, unquoted.
        table_name: Name of the table, unquoted.
        schema: Schema of the table, unquoted.
    """

    constraint_name: str
    table_name: str = table()
    _: KW_ONLY
    schema: str | None = schema(default=None)

    def reverse(self) -> MigrateOperation:
        raise errors.operations.NotReversible(
            self.describe(), "a constraint that is valid stays so; drop it instead"
        )


@Operations.lowering_for(ValidateConstraintOp)
def refuse(op: ValidateConstraintOp, target: Target) -> Iterator[Any]:
    """Refuse: elsewhere a constraint is valid or it is not there."""
    raise errors.operations.UnsupportedOperation(
        op.describe(), target.name, "constraints that are validated later"
    )


@Operations.lowering_for(ValidateConstraintOp, dialect="postgresql")
def validate_constraint(op: ValidateConstraintOp, target: Target) -> Iterator[Any]:
    """Yield VALIDATE CONSTRAINT."""
    yield ValidateConstraint(op.table_name, op.constraint_name, op.schema)


@contextmanager
def outside(operations: Operations, what: str) -> Iterator[None]:
    """Have the statements of the block committed one by one.

    Args:
        operations: What sends them.
        what: What it is for, for the note that the step gets.
    """
    context = operations.get_context()
    connection = context.connection
    if not context.as_sql:
        if driver.autocommits(connection) and not driver.in_transaction(connection):
            # In an autocommit block of the script's, or on an engine that is made so.
            yield
            return
        begun = context.transactions.current
        if begun is not None and begun.owned:
            note = f"{what} outside of a transaction: what was done before it stays if the step fails"
            begun.notes.append(note)
    with context.autocommit_block():
        yield


@Operations.implementation_for(ops.CreateIndexOp, replace=True, dialect="postgresql", only_with_options=True)
def create_index(operations: Operations, op: ops.CreateIndexOp) -> Any:
    """Create an index; one that is built concurrently in the place of what a failed build has left."""
    if not op.kw.get(_CONCURRENTLY):
        return operations.next(op)
    require_writable(operations, op)
    context = operations.get_context()
    index = op.to_index(context)
    with outside(operations, f"the index {index.name} is built"):
        if not context.as_sql and _is_invalid(context, index):
            context.run_statement(DropIndex(index))
        return operations.next(op)


def _is_invalid(context: Any, index: Any) -> bool:
    made = context.dialect.identifier_preparer.format_table(index.table).replace("%%", "%")
    asked = {"index": index.name, "table": made}
    return context.connection.execute(_INVALID, asked).first() is not None


@Operations.implementation_for(ops.DropIndexOp, dialect="postgresql", only_with_options=True)
def drop_index(operations: Operations, op: ops.DropIndexOp) -> Any:
    """Drop an index; concurrently outside of the step's transaction."""
    if not op.kw.get(_CONCURRENTLY):
        return operations.next(op)
    require_writable(operations, op)
    with outside(operations, f"the index {op.index_name} is dropped"):
        return operations.next(op)


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="postgresql", only_with_options=True)
def alter_column(operations: Operations, op: ops.AlterColumnOp) -> Any:
    """Alter a column; NOT NULL through a validated CHECK where that is asked for."""
    context = operations.get_context()
    if op.kw.get("autoincrement") is not None:
        # Scripts that were made for several databases have it.
        has_none = f"{context.target.name} has no autoincrement to change"
        context.notes.append(f"{op.describe()}: {has_none}; sa.Identity() as server_default is its like")
    # It is there in what takes such a change back, too, and DROP NOT NULL reads no rows.
    if not op.kw.get(_THROUGH_CHECK) or op.modify_nullable:
        return operations.next(op)
    if op.modify_nullable is None:
        raise errors.operations.IncompleteOperation(
            op.describe(), context.target.name, f"nullable=False with {_THROUGH_CHECK}"
        )
    if context.target.server_version is not None and context.target.server_version < (12,):
        raise errors.operations.UnsupportedOperation(
            op.describe(), context.target.name, "NOT NULL from a CHECK before version 12"
        )
    check = _not_null(op, context.target)
    rest = ops.AlterColumnOp(**{f.name: getattr(op, f.name) for f in op.__op_spec__.fields})  # type: ignore[union-attr]
    rest.modify_nullable, rest.existing_nullable = None, False
    rest.kw = {key: value for key, value in op.kw.items() if key != _THROUGH_CHECK}
    require_writable(operations, rest)
    with outside(operations, f"the rows are checked for {op.table_name}.{op.column_name}"):
        # One is left by a process that was killed here.
        context.run_statement(DropConstraint(check, if_exists=True))
        try:
            context.run_statement(AddConstraint(check))
            # Only this reads the table, and it keeps nobody from it.
            context.run_statement(ValidateConstraint(op.table_name, str(check.name), op.schema))
            context.run_statement(ColumnNullable(op.table_name, op.column_name, False, op.schema))
        finally:
            context.run_statement(DropConstraint(check, if_exists=True))
    return operations.invoke(rest) if rest.has_changes() else None


def _not_null(op: ops.AlterColumnOp, target: Target) -> CheckConstraint:
    quoted = target.dialect.identifier_preparer.quote(op.column_name).replace("%%", "%").replace(":", "\\:")
    # The server's names are 63 bytes long; nobody else has one that ends like this.
    name = f"{op.table_name}_{op.column_name}".encode()[:40].decode(errors="ignore") + "_migrateops_not_null"
    return SchemaObjects(target).check_constraint(
        conv(name), op.table_name, f"{quoted} IS NOT NULL", schema=op.schema, postgresql_not_valid=True
    )
