"""Add, drop and alter columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any, Literal

from sqlalchemy import Column
from sqlalchemy.types import NULLTYPE, TypeEngine

from migrateops import errors
from migrateops.operations.base import BatchOperations, Operations
from migrateops.operations.declare import batch_only, hidden, operation, options, param, schema, table
from migrateops.operations.ops.base import AlterTableOp
from migrateops.operations.ops.tables import dotted


@Operations.register_operation("add_column")
@BatchOperations.register_operation("add_column")
@operation
class AddColumnOp(AlterTableOp):
    """Add a column to a table.

    ``ALTER TABLE .. ADD COLUMN``; foreign keys, a unique constraint, the CHECK of its type, an
    index and a comment of the column become statements of their own.

    Args:
        table_name: Name of the table, unquoted.
        column: The new column.
        schema: Schema of the table, unquoted.
        if_not_exists: Say IF NOT EXISTS.
        inline_references: Write a foreign key of one column inside ADD COLUMN.
        inline_primary_key: Write PRIMARY KEY inside ADD COLUMN.
        insert_before: Put it before this column when the table is built anew.
        insert_after: Put it after this column when the table is built anew.
    """

    __diff__ = ("add_column", "schema", "table_name", "column")

    table_name: str = table()
    column: Column[Any]
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_not_exists: bool | None = None
    inline_references: bool | None = None
    inline_primary_key: bool | None = None
    insert_before: str | None = batch_only(default=None)
    insert_after: str | None = batch_only(default=None)
    dropped: DropColumnOp | None = hidden(default=None)

    @classmethod
    def from_column(cls, column: Column[Any]) -> AddColumnOp:
        """Return the operation that adds *column* to the table that it is in."""
        return cls(column.table.name, column, schema=column.table.schema)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> AddColumnOp:
        """Return the operation that adds *col* to a table."""
        return cls(tname, col, schema=schema)

    def to_column(self) -> Column[Any]:
        """Return the column."""
        return self.column

    def reverse(self) -> DropColumnOp:
        return DropColumnOp(
            self.table_name,
            self.column.name,
            schema=self.schema,
            if_exists=self.if_not_exists,
            kw=dict(self.dropped.kw) if self.dropped is not None else {},
            origin=self,
        )

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({dotted(self.schema, self.table_name)})


@Operations.register_operation("drop_column")
@BatchOperations.register_operation("drop_column")
@operation
class DropColumnOp(AlterTableOp):
    """Drop a column of a table.

    Args:
        table_name: Name of the table, unquoted.
        column_name: Name of the column, unquoted.
        schema: Schema of the table, unquoted.
        if_exists: Say IF EXISTS.
        kw: Options of the dialect.
    """

    __options__ = frozenset({"existing_type"})

    table_name: str = table()
    column_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_exists: bool | None = None
    kw: Mapping[str, Any] = options(default_factory=dict)
    origin: AddColumnOp | None = hidden(default=None)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> DropColumnOp:
        """Return the operation that drops *col* and remembers how to add it."""
        return cls(tname, col.name, schema=schema, origin=AddColumnOp(tname, col, schema=schema))

    def to_column(self, migration_context: Any = None) -> Column[Any]:
        """Return the column as it was; one of no type where that is not known."""
        return self.origin.column if self.origin is not None else Column(self.column_name, NULLTYPE)

    def reverse(self) -> AddColumnOp:
        origin = self.origin
        if origin is None:
            raise errors.operations.NotReversible(
                self.describe(), "the definition of the column is not known"
            )
        column = origin.column
        if column.name != self.column_name:
            column = column._copy()
            column.name = column.key = self.column_name
        return AddColumnOp(
            self.table_name,
            column,
            schema=self.schema,
            if_not_exists=self.if_exists,
            inline_references=origin.inline_references,
            inline_primary_key=origin.inline_primary_key,
            insert_before=origin.insert_before,
            insert_after=origin.insert_after,
            dropped=self,
        )

    def to_diff_tuple(self) -> Any:
        return ("remove_column", self.schema, self.table_name, self.to_column())

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({dotted(self.schema, self.table_name)})


@Operations.register_operation("alter_column")
@BatchOperations.register_operation("alter_column")
@operation
class AlterColumnOp(AlterTableOp):
    """Alter a column of a table.

    Args:
        table_name: Name of the table, unquoted.
        column_name: Present name of the column, unquoted.
        nullable: Whether it is to accept NULL.
        comment: Its new comment; None drops the comment, False leaves it.
        server_default: Its new default on the server, a string or ``text()``; None drops the
            default, False leaves it.
        new_column_name: Its new name, unquoted.
        type_: Its new type.
        existing_type: Its present type; some dialects must be told.
        existing_server_default: Its present default; False for not given.
        existing_nullable: Whether it accepts NULL at present.
        existing_comment: Its present comment.
        schema: Schema of the table, unquoted.
        insert_before: Put it before this column when the table is built anew.
        insert_after: Put it after this column when the table is built anew.
        kw: Options of the dialect.
    """

    __options__ = frozenset({"autoincrement", "existing_autoincrement"})

    table_name: str = table()
    column_name: str
    _: KW_ONLY
    modify_nullable: bool | None = param("nullable", default=None)
    modify_comment: str | Literal[False] | None = param("comment", default=False)
    modify_server_default: Any = param("server_default", default=False)
    modify_name: str | None = param("new_column_name", default=None)
    modify_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = param("type_", default=None)
    existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None
    existing_server_default: Any = False
    existing_nullable: bool | None = None
    existing_comment: str | None = None
    schema: str | None = schema(default=None)
    insert_before: str | None = batch_only(default=None)
    insert_after: str | None = batch_only(default=None)
    kw: Mapping[str, Any] = options(default_factory=dict)

    def has_changes(self) -> bool:
        """Say whether anything is to be changed."""
        return bool(
            self.modify_nullable is not None
            or self.modify_comment is not False
            or self.modify_server_default is not False
            or self.modify_name is not None
            or self.modify_type is not None
            or any(key.startswith("modify_") for key in self.kw)
        )

    def summary(self) -> str:
        changed = {
            f"renamed to {self.modify_name!r}": self.modify_name is not None,
            "type": self.modify_type is not None,
            "nullable" if self.modify_nullable else "not null": self.modify_nullable is not None,
            "default": self.modify_server_default is not False,
            "comment": self.modify_comment is not False,
        }
        listed = [name for name, changes in changed.items() if changes]
        # What a dialect may change besides.
        listed += [key for key in self.kw if key == "autoincrement" or key.startswith("modify_")]
        return f"{self.describe()}: {', '.join(listed)}" if listed else self.describe()

    def reverse(self) -> AlterColumnOp:
        changed = AlterColumnOp(
            self.table_name,
            self.modify_name or self.column_name,
            modify_name=self.column_name if self.modify_name else None,
            existing_type=self.existing_type,
            existing_server_default=self.existing_server_default,
            existing_nullable=self.existing_nullable,
            existing_comment=self.existing_comment,
            schema=self.schema,
            insert_before=self.insert_before,
            insert_after=self.insert_after,
            kw=self._reversed_options(),
        )
        if self.modify_type is not None:
            self._need(self.existing_type is not None, "existing_type")
            changed.modify_type, changed.existing_type = self.existing_type, self.modify_type
        if self.modify_nullable is not None:
            self._need(self.existing_nullable is not None, "existing_nullable")
            changed.modify_nullable, changed.existing_nullable = self.existing_nullable, self.modify_nullable
        if self.modify_server_default is not False:
            self._need(self.existing_server_default is not False, "existing_server_default")
            changed.modify_server_default = self.existing_server_default
            changed.existing_server_default = self.modify_server_default
        if self.modify_comment is not False:
            changed.modify_comment, changed.existing_comment = self.existing_comment, self.modify_comment
        return changed

    def _reversed_options(self) -> dict[str, Any]:
        """Return the options with each new value in the place of the present one."""
        kw = dict(self.kw)
        for key in self.kw:
            if key == "autoincrement" or key.startswith("modify_"):
                partner = f"existing_{key.removeprefix('modify_')}"
                self._need(partner in kw, partner)
                kw[key], kw[partner] = self.kw[partner], self.kw[key]
            elif key.endswith("_using") and self.modify_type is not None:
                # Of the old values, for the new ones: it says nothing of the way back.
                raise errors.operations.NotReversible(
                    self.describe(), f"{key} converts one way, the way back is not known"
                )
        return kw

    def _need(self, known: bool, name: str) -> None:
        if not known:
            raise errors.operations.NotReversible(self.describe(), f"{name} is not known")

    def to_diff_tuple(self) -> Any:
        known = {
            "existing_nullable": self.existing_nullable,
            "existing_type": self.existing_type,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        where = (self.schema, self.table_name, self.column_name)

        def row(tag: str, attribute: str, new: Any) -> Any:
            others = {k: v for k, v in known.items() if k != attribute}
            return (tag, *where, others, known[attribute], new)

        rows = []
        if self.modify_type is not None:
            rows.append(row("modify_type", "existing_type", self.modify_type))
        if self.modify_nullable is not None:
            rows.append(row("modify_nullable", "existing_nullable", self.modify_nullable))
        if self.modify_server_default is not False:
            rows.append(row("modify_default", "existing_server_default", self.modify_server_default))
        if self.modify_comment is not False:
            rows.append(row("modify_comment", "existing_comment", self.modify_comment))
        if self.modify_name is not None:
            rows.append(("rename_column", *where, self.modify_name))
        return rows

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({dotted(self.schema, self.table_name)})
