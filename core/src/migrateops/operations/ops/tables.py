"""Create, drop and rename tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import Table
from sqlalchemy.schema import SchemaItem

from migrateops import errors
from migrateops.operations.base import Operations
from migrateops.operations.declare import (
    MigrateOperation,
    hidden,
    kw_item,
    operation,
    options,
    schema,
    spread,
    table,
)
from migrateops.operations.ops.base import AlterTableOp, target_of
from migrateops.operations.schema_objects import SchemaObjects, from_type, given_options

_TABLE_OPTIONS = frozenset(
    {"comment", "implicit_returning", "info", "listeners", "prefixes", "quote", "quote_schema"}
)


@Operations.register_operation("create_table")
@operation
class CreateTableOp(MigrateOperation):
    """Create a table and return it as a SQLAlchemy Table.

    ``CREATE TABLE``, then one ``CREATE INDEX`` for each index of its columns; comments follow as
    statements of their own where the dialect has them so.  The table's ``before_create`` and
    ``after_create`` events are fired.

    Args:
        table_name: Name of the new table, unquoted.
        columns: Columns, constraints and indexes.
        schema: Schema to create it in, unquoted; the connection's default when omitted.
        if_not_exists: Say IF NOT EXISTS.
        comment: Comment of the table.
        prefixes: Words between CREATE and TABLE.
        kw: Table options of the dialect, such as ``<dialect>_<option>``, and ``info``.
    """

    __returns__ = "Table"
    __options__ = _TABLE_OPTIONS

    table_name: str
    columns: Sequence[SchemaItem] = spread()
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_not_exists: bool | None = None
    comment: str | None = kw_item(default=None)
    prefixes: Sequence[str] | None = kw_item(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)
    constraints_included: Collection[str] = hidden(default=())
    dropped: DropTableOp | None = hidden(default=None)

    @classmethod
    def from_table(cls, table: Table) -> CreateTableOp:
        """Return the operation that creates *table*, without its indexes."""
        no_key = None if len(table.primary_key) else table.primary_key
        constraints = sorted(
            (c for c in table.constraints if not (from_type(c) or c is no_key)),
            key=lambda c: (c.__visit_name__, str(c.name or ""), getattr(c, "_creation_order", 0)),
        )
        return cls(
            table.name,
            [*table.columns, *constraints],
            schema=table.schema,
            kw=_table_options(table),
            constraints_included=frozenset([str(column.name) for column in table.columns]),
        )

    def to_table(self, migration_context: Any = None) -> Table:
        """Return the table, in a MetaData of its own."""
        made = SchemaObjects(target_of(migration_context))
        return made.table(
            self.table_name,
            *self.columns,
            schema=self.schema,
            listed=self.constraints_included,
            **self.kw,
        )

    def reverse(self) -> DropTableOp:
        return DropTableOp(
            self.table_name,
            schema=self.schema,
            if_exists=self.if_not_exists,
            kw=dict(self.dropped.kw) if self.dropped is not None else {},
            origin=self,
        )

    def to_diff_tuple(self) -> Any:
        return ("add_table", self.to_table())

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({dotted(self.schema, self.table_name)})


@Operations.register_operation("drop_table")
@operation
class DropTableOp(MigrateOperation):
    """Drop a table.

    ``DROP TABLE``; the table's ``before_drop`` and ``after_drop`` events are fired.

    Args:
        table_name: Name of the table, unquoted.
        schema: Schema of the table, unquoted.
        if_exists: Say IF EXISTS.
        kw: Table options of the dialect.
    """

    __options__ = _TABLE_OPTIONS

    table_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_exists: bool | None = None
    kw: Mapping[str, Any] = options(default_factory=dict)
    origin: CreateTableOp | None = hidden(default=None)

    @classmethod
    def from_table(cls, table: Table) -> DropTableOp:
        """Return the operation that drops *table* and remembers how to create it."""
        origin = CreateTableOp.from_table(table)
        return cls(table.name, schema=table.schema, origin=origin)

    def to_table(self, migration_context: Any = None) -> Table:
        """Return the table as it was; one without columns where that is not known."""
        if self.origin is not None:
            return self.reverse().to_table(migration_context)
        return SchemaObjects(target_of(migration_context)).table(
            self.table_name, schema=self.schema, **self.kw
        )

    def reverse(self) -> CreateTableOp:
        if self.origin is None:
            raise errors.operations.NotReversible(self.describe(), "the definition of the table is not known")
        return CreateTableOp(
            self.table_name,
            self.origin.columns,
            schema=self.schema,
            if_not_exists=self.if_exists,
            kw={**self.origin.kw, **self.kw},
            constraints_included=self.origin.constraints_included,
            dropped=self,
        )

    def to_diff_tuple(self) -> Any:
        return ("remove_table", self.to_table())

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({dotted(self.schema, self.table_name)})


@Operations.register_operation("rename_table")
@operation
class RenameTableOp(AlterTableOp):
    """Rename a table.

    Args:
        old_table_name: Present name, unquoted.
        new_table_name: New name, unquoted, without a schema.
        schema: Schema of the table, unquoted; the table stays in it.
    """

    __diff__ = ("rename_table", "schema", "old_table_name", "new_table_name")

    old_table_name: str = table()
    new_table_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)

    @property
    def table_name(self) -> str:  # type: ignore[override]  # the table that is altered
        """The table under its present name."""
        return self.old_table_name

    def reverse(self) -> RenameTableOp:
        return RenameTableOp(self.new_table_name, self.old_table_name, schema=self.schema)


def dotted(schema_name: str | None, name: str) -> str:
    """Return the name of an object as footprints write it."""
    return f"{schema_name}.{name}" if schema_name else name


def _table_options(table: Table) -> dict[str, Any]:
    kw: dict[str, Any] = {k: v for k, v in given_options(table).items() if v is not None}
    for name in ("comment", "info", "prefixes"):
        value = getattr(table, "_prefixes" if name == "prefixes" else name, None)
        if value:
            kw[name] = value
    return kw
