"""``op.create_exclude_constraint()``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import Column, ColumnElement, Constraint, MetaData, Table, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import AddConstraint
from sqlalchemy.sql import visitors

from migrateops import errors
from migrateops.operations import BatchOperations, Operations, Target, operation, schema, spread, table
from migrateops.operations.ops import AddConstraintOp, DropConstraintOp
from migrateops.operations.ops.constraints import dropping
from migrateops.operations.schema_objects import require_values


@Operations.register_operation("create_exclude_constraint")
@BatchOperations.register_operation("create_exclude_constraint")
@AddConstraintOp.register_add_constraint("exclude_constraint")
@operation
class CreateExcludeConstraintOp(AddConstraintOp):
    """Add an EXCLUDE constraint to a table.

    ``ALTER TABLE .. ADD CONSTRAINT .. EXCLUDE USING ..``: no two rows for which all operators hold.

    Args:
        constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
        table_name: Name of the table, unquoted.
        elements: Pairs of a column's name, ``text()`` or SQL expression, and an operator as text.
        where: Condition of the rows that take part: SQL text, ``text()``, or a SQL expression.
        schema: Schema of the table, unquoted.
        deferrable: Say DEFERRABLE or NOT DEFERRABLE.
        initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
        using: The index method.
        ops: Operator classes by column name.
    """

    constraint_name: str | None
    table_name: str = table()
    elements: Sequence[tuple[Any, str]] = spread()
    _: KW_ONLY
    where: Any = None
    schema: str | None = schema(default=None)
    deferrable: bool | None = None
    initially: str | None = None
    using: str = "gist"
    ops: Mapping[str, str] | None = None

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateExcludeConstraintOp:
        """Return the operation that adds *constraint*."""
        assert isinstance(constraint, ExcludeConstraint)
        return cls(
            constraint.name if isinstance(constraint.name, str) else None,
            constraint.table.name,
            elements_of(constraint),
            where=constraint.where,
            schema=constraint.table.schema,
            deferrable=constraint.deferrable,
            initially=constraint.initially,
            using=constraint.using,
            ops=dict(constraint.ops) or None,
        )

    def to_constraint(self, migration_context: Any = None) -> ExcludeConstraint:
        """Return the constraint, on a made-up table.

        Raises:
            NotASchemaItem: An element is no pair, or there is none.
        """
        return made(self, migration_context.target if migration_context is not None else None)

    def reverse(self) -> DropConstraintOp:
        return dropping(self)

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        name = f"{self.schema}.{self.table_name}" if self.schema else self.table_name
        return frozenset(), frozenset({name})


def elements_of(constraint: ExcludeConstraint) -> list[tuple[Any, str]]:
    """Return the pairs that a constraint is made of, columns by their names."""
    # They have no public name; the constraint's columns leave expressions out.
    listed: Any = constraint._render_exprs
    return [(item.name if isinstance(item, Column) else item, how) for item, _, how in listed]


def made(op: CreateExcludeConstraintOp, target: Target | None) -> ExcludeConstraint:
    """Return the constraint of an operation, on a made-up table, with the target's naming convention."""
    elements = [_pair(op, element) for element in op.elements]
    if not elements:
        raise errors.operations.NotASchemaItem(op.describe(), "pairs of an element and an operator", "none")
    if not isinstance(op.ops or {}, Mapping):
        raise errors.operations.WrongType(
            op.describe(), "ops", "a mapping from columns to operator classes", repr(op.ops)
        )
    where = text(op.where) if isinstance(op.where, str) else _free(op.where)
    require_values(op.describe(), where, *(item for item, _ in elements))
    constraint = ExcludeConstraint(
        *elements,
        name=op.constraint_name,
        where=where,
        deferrable=op.deferrable,
        initially=op.initially,
        using=op.using,
        ops=dict(op.ops or {}),
    )
    names = dict.fromkeys(item for item, _ in elements if isinstance(item, str))
    columns: list[Column[Any]] = [Column(name) for name in names]
    metadata = target.metadata() if target is not None else MetaData()
    Table(op.table_name, metadata, *columns, constraint, schema=op.schema)
    return constraint


def _pair(op: CreateExcludeConstraintOp, element: Any) -> tuple[Any, str]:
    if not isinstance(element, tuple | list) or len(element) != 2:
        raise errors.operations.NotASchemaItem(
            op.describe(), "a pair of an element and an operator", repr(element)
        )
    item, how = element
    if isinstance(item, Column):
        return item.name, how
    free = _free(item)
    # The server wants brackets around what is neither a name nor a call; text is as it was given.
    return (free.self_group() if isinstance(free, ColumnElement) else free), how


def _free(expression: Any) -> Any:
    """Return an expression on bare columns: those of a table would put the constraint on that table."""
    if expression is None or isinstance(expression, str):
        return expression

    def bare(element: Any, **_: Any) -> Any:
        return column(element.name, element.type) if isinstance(element, Column) else None

    return visitors.replacement_traverse(expression, {}, bare)


@Operations.lowering_for(CreateExcludeConstraintOp)
def refuse(op: CreateExcludeConstraintOp, target: Target) -> Iterator[Any]:
    """Refuse: no other database has them."""
    raise errors.operations.UnsupportedOperation(op.describe(), target.name, "EXCLUDE constraints")


@Operations.lowering_for(CreateExcludeConstraintOp, dialect="postgresql")
def create_exclude_constraint(op: CreateExcludeConstraintOp, target: Target) -> Iterator[Any]:
    """Yield ADD CONSTRAINT .. EXCLUDE."""
    yield AddConstraint(made(op, target))
