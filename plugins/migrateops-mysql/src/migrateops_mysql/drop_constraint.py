"""How a constraint is dropped: each kind in its own way, and the kind is looked up where it is not given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migrateops import errors
from migrateops.ddl import lower
from migrateops.operations import Operations, Target, ops
from migrateops.operations.invocation import checked
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_mysql import reading
from migrateops_mysql.definition import Definition
from migrateops_mysql.errors import AmbiguousConstraint, NoSuchConstraint
from migrateops_mysql.server import Server
from migrateops_mysql.statements import AlterTableBy, Writer


@Operations.lowering_for(ops.DropConstraintOp, dialect="mysql")
def drop_constraint(op: ops.DropConstraintOp, target: Target) -> Iterator[Any]:
    """Yield the ALTER TABLE that drops a constraint of this kind."""
    if_exists = lower.supported(op.if_exists, "constraint_if_exists", op, target, "IF EXISTS of a constraint")
    server = Server.of(target)
    given = op.constraint_name
    if op.constraint_type != "primary":
        given = given or lower.resolved_name(op, target)
    # Refuses a word that is no kind.
    constraint = SchemaObjects(target).generic_constraint(
        given, op.table_name, op.constraint_type, schema=op.schema
    )
    name = ""
    if op.constraint_type != "primary":
        # A name that a convention made too long was cut off when it was created.
        name = str(target.dialect.identifier_preparer.format_constraint(constraint))
    clause = _clause(op, target, server, name, "IF EXISTS " if if_exists else "")
    yield AlterTableBy(op.table_name, [f"DROP {clause}"], op.schema)


def _clause(op: ops.DropConstraintOp, target: Target, server: Server, name: str, exists: str) -> str:
    if op.constraint_type == "primary":
        return "INDEX IF EXISTS `PRIMARY`" if exists else "PRIMARY KEY"
    if op.constraint_type == "foreignkey":
        return f"FOREIGN KEY {exists}{name}"
    if op.constraint_type == "unique":
        return f"INDEX {exists}{name}"
    if op.constraint_type == "check":
        if not server.checks:
            raise errors.operations.UnsupportedOperation(
                op.describe(),
                target.name,
                f"CHECK constraints in {server.name}",
                "leave it out: there is none",
            )
        return f"CONSTRAINT {exists}{name}" if server.mariadb else f"CHECK {name}"
    if not server.drops_any_constraint:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, "type_")
    return f"CONSTRAINT {exists}{name}"


@Operations.implementation_for(ops.DropConstraintOp, replace=True, dialect="mysql")
def drop_existing_constraint(operations: Operations, op: ops.DropConstraintOp) -> None:
    """Look up what kind of constraint it is, where that is not given, and drop it."""
    context = operations.get_context()
    name = op.constraint_name
    server = Server.of(context.target)
    if context.as_sql or name is None or (op.constraint_type in _NEEDS_NO_LOOK and server.checks):
        operations.next(op)
        return
    with checked(op, context.target):
        for statement in _found(op, context.target, context.connection, name):
            context.run_statement(statement)


def _found(op: ops.DropConstraintOp, target: Target, connection: Any, name: str) -> list[Any]:
    """Return the statements that drop the constraint of that name, of whichever kind it is."""
    # Before anything is asked.
    lower.supported(op.if_exists, "constraint_if_exists", op, target, "IF EXISTS of a constraint")
    kind = op.constraint_type or _kind(op, target, connection, name)
    if kind is None:
        return []
    if kind == "check" and Server.of(target).mariadb:
        definition = _column_with_check(op, connection, name)
        if definition is not None:
            writer = Writer(target.dialect)
            text = writer.raw(replace(definition, check="").text())
            clause = f"MODIFY {writer.name(definition.name)} {text}"
            return [AlterTableBy(op.table_name, [clause], op.schema)]
    found = ops.DropConstraintOp(
        name, op.table_name, constraint_type=kind, schema=op.schema, if_exists=op.if_exists
    )
    return list(drop_constraint(found, target))


_NEEDS_NO_LOOK = ("foreignkey", "unique", "primary")


def _kind(op: ops.DropConstraintOp, target: Target, connection: Any, name: str) -> str | None:
    """Return what kind of constraint has the name; None where none has, and that is allowed.

    Raises:
        AmbiguousConstraint: Several have.
        NoSuchConstraint: None has.
    """
    kinds = reading.kinds_of_constraint(connection, op.table_name, name, op.schema)
    if len(kinds) > 1:
        raise AmbiguousConstraint(op.describe(), name, kinds)
    if not kinds and not op.if_exists:
        raise NoSuchConstraint(op.describe(), target.name, op.table_name, name)
    return kinds[0] if kinds else None


def _column_with_check(op: ops.DropConstraintOp, connection: Any, name: str) -> Definition | None:
    """Return the column that a CHECK is part of, or None for one of the table.

    The former has the column's name, and no statement drops it but one that states the column without it.
    """
    created = reading.create_table(connection, op.table_name, op.schema)
    if created.has_named_check(name):
        return None
    definition = created.column(name)
    return definition if definition is not None and definition.check else None
