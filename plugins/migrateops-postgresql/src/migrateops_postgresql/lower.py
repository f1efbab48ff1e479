"""How built-in operations are written for PostgreSQL, where that is not as in standard SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Computed, Identity, literal_column
from sqlalchemy.dialects.postgresql import ARRAY, ENUM, NamedType
from sqlalchemy.schema import AddConstraint, DropConstraint
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import ColumnDefault, ColumnName, ColumnNullable, ColumnType
from migrateops.ddl.type_memos import impl_of
from migrateops.operations import Operations, Target, ops
from migrateops.operations.schema_objects import require_expression, require_values
from migrateops_postgresql.errors import UnknownOption
from migrateops_postgresql.statements import (
    AddIdentity,
    CreateTypeIfMissing,
    DropExpression,
    DropIdentity,
    RenameColumn,
    SetExpression,
    SetIdentity,
)

USING = "postgresql_using"
THROUGH_CHECK = "postgresql_not_null_check"
"""Option of alter_column: NOT NULL is set without reading the table while nobody can use it."""
ALTER_OPTIONS = (USING, THROUGH_CHECK)
MAKES_TYPES = "postgresql_create_types"
"""Option of ``configure()``: whether add_column and alter_column see to the types that their columns need.

``"online"``: where the server can be asked for them, and a type that is there is good whatever its values.
"""
_NULLS = "postgresql_nulls_not_distinct"


@Operations.lowering_for(ops.AddColumnOp, dialect="postgresql")
def add_column(op: ops.AddColumnOp, target: Target) -> list[Any]:
    """Return CREATE TYPE for an enum or a domain that is not there, then what standard SQL has."""
    made: list[Any] = []
    if isinstance(op.column, Column):
        made += missing_types(op.column.type, target)
    return made + lower.add_column(op, target)


def missing_types(type_: TypeEngine[Any] | type[TypeEngine[Any]], target: Target) -> Iterator[Any]:
    """Yield the statement that makes the named type behind a column's type, if it has one and makes it."""
    makes = target.options.get(MAKES_TYPES, True)
    if not makes or (makes == "online" and target.as_sql):
        return
    impl: Any = impl_of(to_instance(type_), target.dialect)
    if isinstance(impl, TypeDecorator):
        yield from missing_types(impl.impl_instance, target)
    elif isinstance(impl, ARRAY):
        yield from missing_types(impl.item_type, target)
    elif isinstance(impl, NamedType) and impl.create_type:
        yield CreateTypeIfMissing(impl)


@Operations.lowering_for(ops.DropColumnOp, dialect="postgresql")
def drop_column(op: ops.DropColumnOp, target: Target) -> Iterator[Any]:
    """Yield DROP COLUMN, which has no options here."""
    for option in op.kw:
        if option.startswith("postgresql_"):
            raise UnknownOption(op.describe(), option, ())
    yield from lower.drop_column(op, target)


@Operations.lowering_for(ops.AlterColumnOp, dialect="postgresql")
def alter_column(op: ops.AlterColumnOp, target: Target) -> list[Any]:
    """Return one ALTER for each thing that changes.

    The type comes before nullability and default, the new name last.  What generates the old values is
    dropped before the type changes, as the server cannot convert a default to any type.
    """
    if op.modify_type is not None:
        _refuse_other_values(op, target)
    using = using_text(op, target) if op.kw else None
    default = _NO_CHANGES if op.modify_server_default is False else default_changes(op, target)
    where = (op.table_name, op.column_name)
    made: list[Any] = list(default.before)
    if op.modify_type is not None:
        made += map(DropConstraint, lower.dropped_with_type(op, target))
        made += missing_types(op.modify_type, target)
        made.append(ColumnType(*where, to_instance(op.modify_type), op.schema, using=using))
    if op.modify_nullable is not None:
        made.append(ColumnNullable(*where, op.modify_nullable, op.schema))
    made += default.after
    if op.modify_type is not None:
        made += map(AddConstraint, lower.type_constraints(op, op.modify_type, target))
    if op.modify_comment is not False or op.modify_name is not None:
        made += map(_without_column, lower.alter_comment_and_name(op, target))
    return made


def _without_column(statement: Any) -> Any:
    if type(statement) is not ColumnName:
        return statement
    return RenameColumn(statement.table_name, statement.column_name, statement.new_name, statement.schema)


def _refuse_other_values(op: ops.AlterColumnOp, target: Target) -> None:
    """Refuse an enum of the same name with other values: the server takes it for the one that is there."""
    if op.existing_type is None or target.options.get(MAKES_TYPES, True) is not True:
        return
    new, old = (
        to_instance(type_).dialect_impl(target.dialect) for type_ in (op.modify_type, op.existing_type)
    )
    if not (isinstance(new, ENUM) and isinstance(old, ENUM)):
        return
    if (new.schema, new.name) == (old.schema, old.name) and new.enums != old.enums:
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "changing the values of an enum by ALTER COLUMN",
            f"send ALTER TYPE {new.name} ADD VALUE .. by op.execute(), or give the new type another name",
        )


def using_text(op: ops.AlterColumnOp, target: Target) -> str | None:
    """Return the expression of USING as the text of a statement.

    Raises:
        UnknownOption: There is another ``postgresql_`` option.
        IncompleteOperation: There is no new type to convert to.
    """
    for option in op.kw:
        if option.startswith("postgresql_") and option not in ALTER_OPTIONS:
            raise UnknownOption(op.describe(), option, ALTER_OPTIONS)
    using = op.kw.get(USING)
    if using is None:
        return None
    if op.modify_type is None:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, "type_ with postgresql_using")
    require_expression(op.describe(), USING, using)
    require_values(op.describe(), using)
    # Compiled also when it is text: a percent sign has to be doubled for some drivers.
    element = literal_column(using) if isinstance(using, str) else using
    options = {"literal_binds": True, "include_table": False}
    return str(element.compile(dialect=target.dialect, compile_kwargs=options))


class DefaultChanges(NamedTuple):
    """The statements that change how a column's values are made, around the change of its type."""

    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()


_NO_CHANGES = DefaultChanges()


def default_changes(op: ops.AlterColumnOp, target: Target) -> DefaultChanges:
    """Return the statements for default, identity and computed expression.

    Raises:
        UnsupportedOperation: The server cannot do it to an existing column.
    """
    new, old = op.modify_server_default, op.existing_server_default
    where = (op.table_name, op.column_name)
    if isinstance(new, Computed):
        if not isinstance(old, Computed) or (target.server_version or ()) < (17,):
            raise _unsupported(
                op, target, "making an existing column a computed one, or computing it otherwise"
            )
        return DefaultChanges(after=(SetExpression(*where, new, op.schema),))
    if isinstance(new, Identity) and isinstance(old, Identity):
        from migrateops_postgresql import identity

        changed = identity.changes(old, new)
        return DefaultChanges(after=(SetIdentity(*where, changed, op.schema),) if changed else ())
    before: tuple[Any, ...] = ()
    if isinstance(old, Identity):
        before = (DropIdentity(*where, op.schema),)
    elif isinstance(old, Computed):
        if (target.server_version or (13,)) < (13,):
            raise _unsupported(op, target, "making a computed column an ordinary one")
        before = (DropExpression(*where, op.schema),)
    elif (
        new is None or op.modify_type is not None or (isinstance(new, Identity) and old not in (False, None))
    ):
        before = (ColumnDefault(*where, None, op.schema),)
    if isinstance(new, Identity):
        return DefaultChanges(before, (AddIdentity(*where, new, op.schema),))
    return DefaultChanges(before, () if new is None else (ColumnDefault(*where, new, op.schema),))


def _unsupported(op: ops.AlterColumnOp, target: Target, what: str) -> errors.operations.UnsupportedOperation:
    return errors.operations.UnsupportedOperation(
        op.describe(), target.name, what, "drop the column and add it again"
    )


@Operations.lowering_for(ops.CreateIndexOp, dialect="postgresql")
def create_index(op: ops.CreateIndexOp, target: Target) -> list[Any]:
    """Return CREATE INDEX, with the options of the dialect."""
    _require_nulls_not_distinct(op, target)
    return lower.create_index(op, target)


@Operations.lowering_for(ops.CreateUniqueConstraintOp, dialect="postgresql")
def create_unique_constraint(op: ops.CreateUniqueConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT, with the options of the dialect."""
    _require_nulls_not_distinct(op, target)
    yield from lower.add_constraint(op, target)


def _require_nulls_not_distinct(op: ops.CreateIndexOp | ops.CreateUniqueConstraintOp, target: Target) -> None:
    if op.kw.get(_NULLS) is not None and (target.server_version or (15,)) < (15,):
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, "NULLS NOT DISTINCT before version 15"
        )
