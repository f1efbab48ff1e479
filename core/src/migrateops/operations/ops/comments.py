"""Set and drop the comments of tables."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import Table

from migrateops import errors
from migrateops.operations.base import BatchOperations, Operations
from migrateops.operations.declare import hidden, operation, schema, table
from migrateops.operations.ops.base import AlterTableOp, target_of
from migrateops.operations.schema_objects import SchemaObjects


@Operations.register_operation("create_table_comment")
@BatchOperations.register_operation("create_table_comment")
@operation
class CreateTableCommentOp(AlterTableOp):
    """Set the comment of a table.

    Args:
        table_name: Name of the table, unquoted.
        comment: The comment; None drops the present one.
        existing_comment: Its present comment, for reversing.
        schema: Schema of the table, unquoted.
    """

    table_name: str = table()
    comment: str | None
    _: KW_ONLY
    existing_comment: str | None = None
    schema: str | None = schema(default=None)
    of_none: bool = hidden(default=False)

    def to_table(self, migration_context: Any = None) -> Table:
        """Return a table of that name with the comment."""
        objects = SchemaObjects(target_of(migration_context))
        return objects.table(self.table_name, schema=self.schema, comment=self.comment)

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        if self.comment is None and self.existing_comment is None:
            raise errors.operations.NotReversible(self.describe(), "existing_comment is not known")
        if self.existing_comment is None and not self.of_none:
            return DropTableCommentOp(self.table_name, existing_comment=self.comment, schema=self.schema)
        return CreateTableCommentOp(
            self.table_name,
            self.existing_comment,
            existing_comment=self.comment,
            schema=self.schema,
            # What sets None is taken back to one that sets None, not to one that drops.
            of_none=self.comment is None,
        )

    def to_diff_tuple(self) -> Any:
        return ("add_table_comment", self.to_table(), self.existing_comment)


@Operations.register_operation("drop_table_comment")
@BatchOperations.register_operation("drop_table_comment")
@operation
class DropTableCommentOp(AlterTableOp):
    """Drop the comment of a table.

    Args:
        table_name: Name of the table, unquoted.
        existing_comment: Its present comment, for reversing.
        schema: Schema of the table, unquoted.
    """

    table_name: str = table()
    _: KW_ONLY
    existing_comment: str | None = None
    schema: str | None = schema(default=None)

    def to_table(self, migration_context: Any = None) -> Table:
        """Return a table of that name."""
        return SchemaObjects(target_of(migration_context)).table(self.table_name, schema=self.schema)

    def reverse(self) -> CreateTableCommentOp:
        if self.existing_comment is None:
            raise errors.operations.NotReversible(self.describe(), "existing_comment is not known")
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_diff_tuple(self) -> Any:
        return ("remove_table_comment", self.to_table())
