"""How a column is added: with all that belongs to it in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Constraint, ForeignKeyConstraint, PrimaryKeyConstraint

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import AddColumn, column_text
from migrateops.operations import Operations, Target, ops
from migrateops.operations.schema_objects import (
    SchemaObjects,
    expressions_in,
    require_items,
    require_values,
    wanted_by,
)
from migrateops_mysql.lower import (
    leave_out_not_null,
    name_checks_of_columns,
    refuse_checks,
    refuse_clauses,
    refuse_identities,
)
from migrateops_mysql.server import Server
from migrateops_mysql.statements import AlterTableBy, Writer


@Operations.lowering_for(ops.AddColumnOp, dialect="mysql")
def add_column(op: ops.AddColumnOp, target: Target) -> Iterator[Any]:
    """Yield one ALTER TABLE for the column and all that belongs to it.

    A foreign key is written beside the column, also with ``inline_references``: inside of the column, MySQL
    reads over it.
    """
    require_items(op.describe(), [op.column], Column)
    if_not_exists = lower.supported(
        op.if_not_exists, "column_if_exists", op, target, "IF NOT EXISTS of a column"
    )
    if op.insert_before is not None:
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "putting a column before another",
            "name the column that it comes after: insert_after",
        )
    table = SchemaObjects(target).table(op.table_name, op.column, schema=op.schema)
    require_values(op.describe(), *expressions_in(table))
    refuse_identities(table, op, target)
    refuse_checks(table, op, target)
    name_checks_of_columns(table)
    leave_out_not_null(table, Server.of(target))
    column = table.columns[op.column.key]
    constraints = [
        c
        for c in table.constraints
        if not isinstance(c, PrimaryKeyConstraint) and wanted_by(c, target.dialect)
    ]
    for constraint in constraints:
        refuse_clauses(constraint, op, target)
    writer = Writer(target.dialect)
    added = AddColumn(column, if_not_exists=if_not_exists, inline_primary_key=bool(op.inline_primary_key))
    clause = f"ADD COLUMN {column_text(added, writer.compiler)}"
    if op.insert_after is not None:
        clause += f" AFTER {writer.name(op.insert_after)}"
    clauses = [clause]
    constraints.sort(key=lambda c: (c.__visit_name__, str(c.name or "")))
    named = _Named(op, target, writer)
    clauses += [
        f"ADD {named.constraint(one) if if_not_exists else writer.constraint(one)}" for one in constraints
    ]
    exists = "IF NOT EXISTS " if if_not_exists and target.capabilities.index_if_exists else ""
    for index in sorted(table.indexes, key=lambda i: str(i.name or "")):
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        name = target.dialect.identifier_preparer.format_index(index)
        clauses.append(f"ADD {kind} {exists}{name} ({writer.name(column.name)})")
    yield AlterTableBy(op.table_name, clauses, op.schema)


class _Named:
    """Write constraints with IF NOT EXISTS, which goes by their names.

    Without it they would be added once more to a column that is there: the server makes new names for them.
    """

    def __init__(self, op: ops.AddColumnOp, target: Target, writer: Writer) -> None:
        self.op = op
        self.target = target
        self.writer = writer

    def constraint(self, constraint: Constraint) -> str:
        """Return a constraint of the column.

        Raises:
            IncompleteOperation: It has no name, and none that is sure to be that of the server.
        """
        text = self.writer.constraint(constraint)
        if isinstance(constraint.name, str):
            name = str(self.target.dialect.identifier_preparer.format_constraint(constraint))
            text = text.removeprefix(f"CONSTRAINT {name} ")
        elif isinstance(constraint, CheckConstraint | ForeignKeyConstraint):
            kind = "foreign key" if isinstance(constraint, ForeignKeyConstraint) else "CHECK"
            raise errors.operations.IncompleteOperation(
                self.op.describe(), self.target.name, f"the name of the {kind}"
            )
        else:
            # The server gives it the name of its first column.
            name = self.writer.name(self.op.column.name)
        if isinstance(constraint, ForeignKeyConstraint):
            return f"CONSTRAINT {name} FOREIGN KEY IF NOT EXISTS {name} {text.removeprefix('FOREIGN KEY')}"
        if isinstance(constraint, CheckConstraint):
            return f"CONSTRAINT IF NOT EXISTS {name} {text}"
        return f"UNIQUE INDEX IF NOT EXISTS {name} {text.removeprefix('UNIQUE ')}"
