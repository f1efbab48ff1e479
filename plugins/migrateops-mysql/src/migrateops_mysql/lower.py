"""How built-in operations are written for MySQL and MariaDB, where that is not as in standard SQL."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Constraint, Table
from sqlalchemy.schema import DropTableComment

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import TableEvent
from migrateops.operations import MigrateOperation, Operations, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import (
    SchemaObjects,
    wanted_by,
)
from migrateops_mysql.options import own_options, with_own_options, with_table_options
from migrateops_mysql.server import Server
from migrateops_mysql.statements import RenameTableInPlace


@Operations.lowering_for(ops.CreateTableOp, dialect="mysql")
def create_table(op: ops.CreateTableOp, target: Target) -> Generator[Any, None, Table]:
    """Yield what standard SQL has, with the options of the family; return the table."""
    for item in op.columns:
        if isinstance(item, Constraint):
            refuse_clauses(item, op, target)
        elif isinstance(item, Column):
            for key in item.foreign_keys:
                refuse_clauses(key, op, target)
    statements = lower.create_table(with_table_options(op, target), target)
    while True:
        try:
            statement = next(statements)
        except StopIteration as end:
            table: Table = end.value
            return table
        if isinstance(statement, TableEvent) and statement.name == "before_create":
            refuse_identities(statement.table, op, target)
            refuse_checks(statement.table, op, target)
            name_checks_of_columns(statement.table)
            leave_out_not_null(statement.table, Server.of(target))
            items: list[Any] = [*statement.table.indexes, *statement.table.constraints]
            for item in items:
                item.dialect_kwargs.update(own_options(item.dialect_kwargs, target))
        yield statement


def name_checks_of_columns(table: Table) -> None:
    """Make named CHECKs of columns such of the table: MariaDB takes no name inside of a column."""
    for column in table.columns:
        for check in [c for c in column.constraints if isinstance(c, CheckConstraint) and c.name]:
            column.constraints.discard(check)
            table.append_constraint(CheckConstraint(check.sqltext, name=check.name))


def leave_out_not_null(table: Table, server: Server) -> None:
    """Take NOT NULL off generated columns: MariaDB has none of these, and MySQL has."""
    for column in table.columns:
        if column.computed is not None and server.mariadb:
            column.nullable = True


@Operations.lowering_for(ops.RenameTableOp, dialect="mysql")
def rename_table(op: ops.RenameTableOp, target: Target) -> Iterator[Any]:
    """Yield ALTER TABLE .. RENAME TO, in the schema that the table is in."""
    yield RenameTableInPlace(op.old_table_name, op.new_table_name, op.schema)


@Operations.lowering_for(ops.CreateTableCommentOp, dialect="mysql")
def create_table_comment(op: ops.CreateTableCommentOp, target: Target) -> Iterator[Any]:
    """Yield ALTER TABLE .. COMMENT; no comment is an empty one."""
    if op.comment is None:
        yield DropTableComment(SchemaObjects(target).table(op.table_name, schema=op.schema))
    else:
        yield from lower.create_table_comment(op, target)


@Operations.lowering_for(AddConstraintOp, dialect="mysql")
def add_constraint(op: AddConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT."""
    changed = with_own_options(op, target)
    refuse_clauses(_Wanted(changed), op, target)
    if op.constraint_type == "check":
        require_checks(op, target)
    yield from lower.add_constraint(changed, target)


def refuse_checks(table: Table, op: MigrateOperation, target: Target) -> None:
    """Refuse a table with CHECKs, and types that have one, where the server would read over them.

    Raises:
        UnsupportedOperation: The server is that old.
    """
    of_columns = [one for column in table.columns for one in column.constraints]
    for constraint in [*table.constraints, *of_columns]:
        if isinstance(constraint, CheckConstraint) and wanted_by(constraint, target.dialect):
            require_checks(op, target)


# What an identity may say of how it counts, and what AUTO_INCREMENT does.
_COUNTING = {"start": 1, "increment": 1, "minvalue": 1, "maxvalue": None, "cycle": False}


def refuse_identities(table: Table, op: MigrateOperation, target: Target) -> None:
    """Refuse an identity that AUTO_INCREMENT does not stand for: it would be left out.

    Raises:
        UnsupportedOperation: It is not of the column that counts, or counts in another way.
    """
    for column in table.columns:
        identity = column.identity
        if identity is None:
            continue
        counts = column is table.autoincrement_column
        if not counts or any(getattr(identity, n) not in (None, does) for n, does in _COUNTING.items()):
            error = errors.operations.UnsupportedOperation(
                op.describe(),
                target.name,
                "identity columns but for one in the primary key that counts from 1",
                "set autoincrement=True, and mysql_auto_increment of the table to begin elsewhere",
            )
            if target.passed_over is None:
                raise error
            target.passed_over(f"{error.message()}; it is passed over")


class _Wanted:
    """The clauses that an operation asks for, under the names that a constraint has them."""

    def __init__(self, op: AddConstraintOp) -> None:
        kw: Any = getattr(op, "kw", {})
        self.match, self.deferrable, self.initially = (
            kw.get(name) for name in ("match", "deferrable", "initially")
        )


def require_checks(op: MigrateOperation, target: Target) -> None:
    """Refuse a CHECK that the server would read over.

    Raises:
        UnsupportedOperation: The server is that old.
    """
    server = Server.of(target)
    if not server.checks:
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, f"CHECK constraints in {server.name}", "see to it in the application"
        )


def refuse_clauses(constraint: Any, op: MigrateOperation, target: Target) -> None:
    """Refuse what the servers do not take, or read over.

    Raises:
        UnsupportedOperation: The constraint has MATCH, or says when it is checked.
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
