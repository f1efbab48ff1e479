"""ALTER TABLE of a table with indexes: the engine refuses it, so these are dropped and made again.

Online only: an SQL stream cannot know which indexes there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

from sqlalchemy import DDL, Connection, text
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.operations import Operations, ops
from migrateops_duckdb import lower  # noqa: F401  # what these stand in front of
from migrateops_duckdb.sql_text import ddl, names, quoted, string, tokens
from migrateops_duckdb.transactions import in_transaction

_FIND = text(
    "SELECT schema_name, index_name, is_unique, comment, sql FROM duckdb_indexes()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table) ORDER BY index_oid"
)


class Index(NamedTuple):
    """An index as the catalog has it.

    Attributes:
        on: What follows the table's name, in tokens: the method, and the expressions in brackets.
    """

    schema: str
    name: str
    unique: bool
    comment: str | None
    on: tuple[str, ...]

    def mentions(self, column: str) -> bool:
        """Say whether one of the expressions has the column."""
        return any(names(token, column) and after != "(" for token, after in self._pairs())

    def on_renamed(self, column: str, new: str) -> Index:
        """Return the index with the column under its new name."""
        renamed = (
            quoted(new) if names(token, column) and after != "(" else token for token, after in self._pairs()
        )
        return self._replace(on=tuple(renamed))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Return each token with the one after it: before a bracket stands the name of a function."""
        return zip(self.on, (*self.on[1:], ""), strict=True)

    def drop(self) -> DDL:
        """Return DROP INDEX."""
        return ddl(f"DROP INDEX {quoted(self.schema)}.{quoted(self.name)}")

    def create(self, table: str) -> Iterator[DDL]:
        """Yield CREATE INDEX on the table, under the name that it has by then, and its comment."""
        unique = "UNIQUE " if self.unique else ""
        where = f"{quoted(self.schema)}.{quoted(table)}"
        yield ddl(f"CREATE {unique}INDEX {quoted(self.name)} ON {where} {''.join(self.on)}")
        if self.comment is not None:
            yield ddl(f"COMMENT ON INDEX {quoted(self.schema)}.{quoted(self.name)} IS {string(self.comment)}")


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="duckdb")
def alter_column(operations: Operations, op: ops.AlterColumnOp) -> Any:
    """Alter a column; the indexes of its table follow a new name."""
    if op.modify_type is None and op.modify_nullable is None and op.modify_name is None:
        return operations.next(op)
    found = find_indexes(operations, op.table_name, op.schema)
    after = [index.on_renamed(op.column_name, op.modify_name) if op.modify_name else index for index in found]
    return without_indexes(operations, op, found, after, op.table_name)


@Operations.implementation_for(ops.AddColumnOp, replace=True, dialect="duckdb")
def add_column(operations: Operations, op: ops.AddColumnOp) -> Any:
    """Add a column; one that is NOT NULL is altered after it is added."""
    if getattr(op.column, "nullable", True):
        return operations.next(op)
    found = find_indexes(operations, op.table_name, op.schema)
    return without_indexes(operations, op, found, found, op.table_name)


@Operations.implementation_for(ops.DropColumnOp, replace=True, dialect="duckdb")
def drop_column(operations: Operations, op: ops.DropColumnOp) -> Any:
    """Drop a column, and the indexes that it is part of."""
    found = find_indexes(operations, op.table_name, op.schema)
    after = [index for index in found if not index.mentions(op.column_name)]
    return without_indexes(operations, op, found, after, op.table_name)


def without_indexes(
    operations: Operations, op: Any, before: list[Index], after: list[Index], table: str
) -> Any:
    """Run the operation while the indexes are not there.

    Args:
        operations: What sends statements.
        op: The operation.
        before: The indexes of its table.
        after: Those that are to be there afterwards.
        table: The name that the table has by then.

    Raises:
        UnsupportedOperation: There are some, and the connection is in a transaction: the engine lets go of
            an index, and of its name, only when that is committed.
    """
    if before and in_transaction(operations.get_context().connection):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            "duckdb",
            f"this in a transaction while the table has indexes: {', '.join(index.name for index in before)}",
            "put it into a block: with op.get_context().autocommit_block():",
        )
    send = operations.get_context().run_statement
    for index in before:
        send(index.drop())
    try:
        done = operations.next(op)
    except BaseException:
        # There is no rollback that would bring them back.
        for index in before:
            with suppress(DBAPIError):
                for statement in index.create(op.table_name):
                    send(statement)
        raise
    with ExitStack() as again:
        # All of them, also where rows do not fit into one any more.
        for index in reversed(after):
            for statement in reversed(list(index.create(table))):
                again.callback(send, statement)
    return done


def find_indexes(operations: Operations, table: str, schema: str | None) -> list[Index]:
    """Return the indexes of a table, none in an SQL stream."""
    context = operations.get_context()
    if context.as_sql:
        return []
    connection: Connection = context.connection
    rows = connection.execute(_FIND, {"schema": schema, "table": table})
    return [Index(own, name, unique, comment, _behind_table(sql)) for own, name, unique, comment, sql in rows]


def _behind_table(sql: str) -> tuple[str, ...]:
    found = tokens(sql.rstrip().rstrip(";"))
    words = [token.upper() for token in found]
    first = words.index("(")
    if "USING" in words[:first]:
        first = words.index("USING")
    return tuple(found[first:])
