"""Create and drop indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import Column, Index

from migrateops import errors
from migrateops.operations.base import BatchOperations, Operations
from migrateops.operations.declare import MigrateOperation, hidden, operation, options, schema, table
from migrateops.operations.ops.base import target_of
from migrateops.operations.ops.tables import dotted
from migrateops.operations.schema_objects import SchemaObjects, given_options


@Operations.register_operation("create_index")
@BatchOperations.register_operation("create_index")
@operation
class CreateIndexOp(MigrateOperation):
    """Create an index.

    Args:
        index_name: Name of the index, unquoted; None leaves it to the naming convention.
        table_name: Name of the table, unquoted.
        columns: Column names, ``text()``, or SQL expressions.
        schema: Schema of the table, unquoted.
        unique: Create a UNIQUE index.
        if_not_exists: Say IF NOT EXISTS.
        kw: Index options of the dialect.
    """

    __options__ = frozenset({"info", "quote"})

    index_name: str | None
    table_name: str = table()
    columns: Sequence[Any]
    _: KW_ONLY
    schema: str | None = schema(default=None)
    unique: bool = False
    if_not_exists: bool | None = None
    kw: Mapping[str, Any] = options(default_factory=dict)
    dropped: DropIndexOp | None = hidden(default=None)

    @classmethod
    def from_index(cls, index: Index) -> CreateIndexOp:
        """Return the operation that creates *index*."""
        if index.table is None:
            raise errors.operations.NotReversible(
                f"create_index {index.name!r}", "the index belongs to no table"
            )
        return cls(
            index.name,
            index.table.name,
            [e.name if isinstance(e, Column) else e for e in index.expressions],
            schema=index.table.schema,
            unique=bool(index.unique),
            kw={k: v for k, v in given_options(index).items() if v is not None},
        )

    def to_index(self, migration_context: Any = None) -> Index:
        """Return the index, on a made-up table."""
        return SchemaObjects(target_of(migration_context)).index(
            self.index_name, self.table_name, self.columns, schema=self.schema, unique=self.unique, **self.kw
        )

    def reverse(self) -> DropIndexOp:
        dropped = self.dropped
        # A drop that named no table is not made to.
        unnamed = dropped is not None and dropped.table_name is None
        return DropIndexOp(
            self.index_name,
            table_name=None if unnamed else self.table_name,
            schema=self.schema,
            if_exists=self.if_not_exists,
            kw=dict(self.kw if dropped is None else dropped.kw),
            origin=self,
        )

    def to_diff_tuple(self) -> Any:
        return ("add_index", self.to_index())


@Operations.register_operation("drop_index")
@BatchOperations.register_operation("drop_index")
@operation
class DropIndexOp(MigrateOperation):
    """Drop an index.

    Args:
        index_name: Name of the index, unquoted.
        table_name: Name of the table, unquoted; some dialects must be told.
        schema: Schema of the index, unquoted.
        if_exists: Say IF EXISTS.
        kw: Index options of the dialect.
    """

    __options__ = frozenset({"info", "quote"})

    index_name: str | None
    table_name: str | None = table(default=None)
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_exists: bool | None = None
    kw: Mapping[str, Any] = options(default_factory=dict)
    origin: CreateIndexOp | None = hidden(default=None)

    @classmethod
    def from_index(cls, index: Index) -> DropIndexOp:
        """Return the operation that drops *index* and remembers how to create it."""
        return CreateIndexOp.from_index(index).reverse()

    def to_index(self, migration_context: Any = None) -> Index:
        """Return the index as it was; one on no columns where that is not known."""
        if self.origin is not None:
            return self.reverse().to_index(migration_context)
        return SchemaObjects(target_of(migration_context)).index(
            self.index_name, self.table_name or "", (), schema=self.schema, **self.kw
        )

    def summary(self) -> str:
        if self.index_name is None or self.table_name is None:
            return self.describe()
        return f"drop_index {str(self.index_name)!r} {dotted(self.schema, self.table_name)!r}"

    def reverse(self) -> CreateIndexOp:
        origin = self.origin
        if origin is None:
            raise errors.operations.NotReversible(self.describe(), "the columns of the index are not known")
        return CreateIndexOp(
            self.index_name,
            self.table_name if self.table_name is not None else origin.table_name,
            origin.columns,
            schema=self.schema,
            unique=origin.unique,
            if_not_exists=self.if_exists,
            kw={**origin.kw, **self.kw},
            dropped=self,
        )

    def to_diff_tuple(self) -> Any:
        return ("remove_index", self.to_index())
