"""Add and drop constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from migrateops import errors
from migrateops.operations.base import BatchOperations, Operations
from migrateops.operations.declare import (
    MigrateOperation,
    hidden,
    kw_item,
    operation,
    options,
    param,
    schema,
    table,
)
from migrateops.operations.ops.base import AddConstraintOp, target_of
from migrateops.operations.ops.tables import dotted
from migrateops.operations.schema_objects import SchemaObjects, given_options


@Operations.register_operation("create_primary_key")
@BatchOperations.register_operation("create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
@operation
class CreatePrimaryKeyOp(AddConstraintOp):
    """Add a primary key to a table.

    Args:
        constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
        table_name: Name of the table, unquoted.
        columns: Names of the columns.
        schema: Schema of the table, unquoted.
        kw: Constraint options of the dialect.
    """

    __options__ = frozenset({"comment", "info", "link_to_name", "use_alter"})

    constraint_type: ClassVar[str] = "primary"

    constraint_name: str | None
    table_name: str = table()
    columns: Sequence[str]
    _: KW_ONLY
    schema: str | None = schema(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreatePrimaryKeyOp:
        """Return the operation that adds *constraint*."""
        assert isinstance(constraint, PrimaryKeyConstraint)
        own = _table_of(constraint)
        return cls(
            _name_of(constraint),
            own.name,
            [c.name for c in constraint.columns],
            schema=own.schema,
            kw=_options(constraint),
        )

    def to_constraint(self, migration_context: Any = None) -> PrimaryKeyConstraint:
        """Return the constraint, on a made-up table."""
        return SchemaObjects(target_of(migration_context)).primary_key_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    def reverse(self) -> DropConstraintOp:
        return dropping(self)


@Operations.register_operation("create_unique_constraint")
@BatchOperations.register_operation("create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
@operation
class CreateUniqueConstraintOp(AddConstraintOp):
    """Add a unique constraint to a table.

    Args:
        constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
        table_name: Name of the table, unquoted.
        columns: Names of the columns.
        schema: Schema of the table, unquoted.
        deferrable: Say DEFERRABLE or NOT DEFERRABLE.
        initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
        kw: Constraint options of the dialect.
    """

    __options__ = frozenset({"comment", "info", "link_to_name", "use_alter"})

    constraint_type: ClassVar[str] = "unique"

    constraint_name: str | None
    table_name: str = table()
    columns: Sequence[str]
    _: KW_ONLY
    schema: str | None = schema(default=None)
    deferrable: bool | None = kw_item(default=None)
    initially: str | None = kw_item(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateUniqueConstraintOp:
        """Return the operation that adds *constraint*."""
        assert isinstance(constraint, UniqueConstraint)
        own = _table_of(constraint)
        return cls(
            _name_of(constraint),
            own.name,
            [c.name for c in constraint.columns],
            schema=own.schema,
            kw={**_timing(constraint), **_options(constraint)},
        )

    def to_constraint(self, migration_context: Any = None) -> UniqueConstraint:
        """Return the constraint, on a made-up table."""
        return SchemaObjects(target_of(migration_context)).unique_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    def reverse(self) -> DropConstraintOp:
        return dropping(self)


@Operations.register_operation("create_foreign_key")
@BatchOperations.register_operation("create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
@operation
class CreateForeignKeyOp(AddConstraintOp):
    """Add a foreign key to a table.

    Args:
        constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
        source_table: The table that refers, unquoted.
        referent_table: The table that is referred to, unquoted.
        local_cols: Names of the columns that refer.
        remote_cols: Names of the columns that are referred to.
        onupdate: What ON UPDATE says, such as ``"CASCADE"``.
        ondelete: What ON DELETE says, such as ``"SET NULL"``.
        deferrable: Say DEFERRABLE or NOT DEFERRABLE.
        initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
        match: What MATCH says, such as ``"FULL"``.
        source_schema: Schema of the table that refers, unquoted.
        referent_schema: Schema of the table that is referred to, unquoted.
        kw: Constraint options of the dialect.
    """

    __options__ = frozenset({"comment", "info", "link_to_name", "use_alter"})

    constraint_type: ClassVar[str] = "foreignkey"

    constraint_name: str | None
    source_table: str = table()
    referent_table: str
    local_cols: Sequence[str]
    remote_cols: Sequence[str]
    _: KW_ONLY
    onupdate: str | None = kw_item(default=None)
    ondelete: str | None = kw_item(default=None)
    deferrable: bool | None = kw_item(default=None)
    initially: str | None = kw_item(default=None)
    match: str | None = kw_item(default=None)
    source_schema: str | None = schema(default=None)
    referent_schema: str | None = kw_item(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateForeignKeyOp:
        """Return the operation that adds *constraint*."""
        assert isinstance(constraint, ForeignKeyConstraint)
        own = _table_of(constraint)
        referred = [key.target_fullname.split(".") for key in constraint.elements]
        kw: dict[str, Any] = {**_timing(constraint), **_options(constraint)}
        for name in ("onupdate", "ondelete", "match"):
            value = getattr(constraint, name)
            if value is not None:
                kw[name] = value
        referent_schema = ".".join(referred[0][:-2])
        if referent_schema:
            kw["referent_schema"] = referent_schema
        return cls(
            _name_of(constraint),
            own.name,
            referred[0][-2],
            [c.name for c in constraint.columns],
            [path[-1] for path in referred],
            source_schema=own.schema,
            kw=kw,
        )

    @property
    def table_name(self) -> str:  # type: ignore[override]  # this operation calls it source_table
        """The table that the constraint is added to."""
        return self.source_table

    @property
    def schema(self) -> str | None:  # type: ignore[override]
        """The schema of that table."""
        return self.source_schema

    def to_constraint(self, migration_context: Any = None) -> ForeignKeyConstraint:
        """Return the constraint, between two made-up tables."""
        return SchemaObjects(target_of(migration_context)).foreign_key_constraint(
            self.constraint_name,
            self.source_table,
            self.referent_table,
            self.local_cols,
            self.remote_cols,
            source_schema=self.source_schema,
            **self.kw,
        )

    def reverse(self) -> DropConstraintOp:
        return dropping(self)

    def to_diff_tuple(self) -> Any:
        return ("add_fk", self.to_constraint())


@Operations.register_operation("create_check_constraint")
@BatchOperations.register_operation("create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
@operation
class CreateCheckConstraintOp(AddConstraintOp):
    """Add a CHECK constraint to a table.

    Args:
        constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
        table_name: Name of the table, unquoted.
        condition: The condition: SQL text, ``text()``, or a SQL expression.
        schema: Schema of the table, unquoted.
        deferrable: Say DEFERRABLE or NOT DEFERRABLE.
        initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
        kw: Constraint options of the dialect.
    """

    __options__ = frozenset({"comment", "info", "link_to_name", "use_alter"})

    constraint_type: ClassVar[str] = "check"

    constraint_name: str | None
    table_name: str = table()
    condition: Any
    _: KW_ONLY
    schema: str | None = schema(default=None)
    deferrable: bool | None = kw_item(default=None)
    initially: str | None = kw_item(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateCheckConstraintOp:
        """Return the operation that adds *constraint*."""
        assert isinstance(constraint, CheckConstraint)
        own = _table_of(constraint)
        return cls(
            _name_of(constraint),
            own.name,
            constraint.sqltext,
            schema=own.schema,
            kw={**_timing(constraint), **_options(constraint)},
        )

    def to_constraint(self, migration_context: Any = None) -> CheckConstraint:
        """Return the constraint, on a made-up table."""
        return SchemaObjects(target_of(migration_context)).check_constraint(
            self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw
        )

    def reverse(self) -> DropConstraintOp:
        return dropping(self)


@Operations.register_operation("drop_constraint")
@BatchOperations.register_operation("drop_constraint")
@operation
class DropConstraintOp(MigrateOperation):
    """Drop a constraint of a table.

    Args:
        constraint_name: Name of the constraint, unquoted.
        table_name: Name of the table, unquoted.
        type_: ``"foreignkey"``, ``"primary"``, ``"unique"`` or ``"check"``; some dialects must
            be told.
        schema: Schema of the table, unquoted.
        if_exists: Say IF EXISTS.
    """

    constraint_name: str | None
    table_name: str = table()
    constraint_type: str | None = param("type_", default=None)
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_exists: bool | None = None
    origin: AddConstraintOp | None = hidden(default=None)

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> DropConstraintOp:
        """Return the operation that drops *constraint* and remembers how to add it."""
        added = AddConstraintOp.from_constraint(constraint)
        dropped = added.reverse()
        assert isinstance(dropped, DropConstraintOp)
        return dropped

    def to_constraint(self, migration_context: Any = None) -> Constraint:
        """Return the constraint as it was; its name and kind where no more is known."""
        if self.origin is not None:
            return self.reverse().to_constraint(migration_context)
        return SchemaObjects(target_of(migration_context)).generic_constraint(
            self.constraint_name, self.table_name, self.constraint_type, schema=self.schema
        )

    def describe(self) -> str:
        if self.constraint_name is None and self.constraint_type is not None:
            return f"drop_constraint {self.constraint_type} {dotted(self.schema, self.table_name)!r}"
        return super().describe()

    def reverse(self) -> AddConstraintOp:
        origin = self.origin
        if origin is None:
            raise errors.operations.NotReversible(
                self.describe(), "the definition of the constraint is not known"
            )
        spec = origin.__op_spec__
        assert spec is not None
        values = {f.name: getattr(origin, f.name) for f in spec.fields if f.name != "_"}
        values["constraint_name"] = self.constraint_name
        values["source_table" if "source_table" in values else "table_name"] = self.table_name
        values["source_schema" if "source_schema" in values else "schema"] = self.schema
        kw = dict(values.pop("kw", {}))
        for f in spec.fields:
            if f.role.value == "kw_item":
                values.pop(f.name, None)
        added = type(origin)(**values, **({"kw": kw} if spec.options == "kw" else {}))
        added.dropped = self
        return added

    def to_diff_tuple(self) -> Any:
        tag = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (tag, self.to_constraint())


def dropping(added: AddConstraintOp) -> DropConstraintOp:
    """Return the operation that takes the adding of a constraint back."""
    dropped = added.dropped
    return DropConstraintOp(
        added.kept_name or added.constraint_name,
        added.table_name,
        constraint_type=(added.constraint_type or None) if dropped is None else dropped.constraint_type,
        schema=added.schema,
        if_exists=None if dropped is None else dropped.if_exists,
        origin=added,
    )


def _table_of(constraint: Constraint) -> Table:
    return constraint.table


def _name_of(constraint: Constraint) -> str | None:
    """Return the constraint's name in full, after its metadata's naming convention."""
    name = constraint.name
    return name if isinstance(name, str) else None


def _timing(constraint: Constraint) -> dict[str, Any]:
    return {
        name: getattr(constraint, name)
        for name in ("deferrable", "initially")
        if getattr(constraint, name) is not None
    }


def _options(constraint: Constraint) -> dict[str, Any]:
    given = {"comment": constraint.comment or None, **given_options(constraint)}
    return {key: value for key, value in given.items() if value is not None}
