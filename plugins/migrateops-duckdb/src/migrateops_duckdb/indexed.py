"""ALTER TABLE of a table with indexes: the engine refuses it, so these are dropped and made again.

Online only: an SQL stream cannot know which indexes there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

from sqlalchemy import DDL, Connection, text
from sqlalchemy.exc import DBAPIError

from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations, ops
from migrateops_duckdb import lower  # noqa: F401  # what these stand in front of
from migrateops_duckdb.transactions import in_transaction

_FIND = text(
    "SELECT schema_name, index_name, is_unique, sql FROM duckdb_indexes()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table) ORDER BY index_oid"
)
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|.""", re.DOTALL)


class _Index(NamedTuple):
    """An index as the catalog has it.

    Attributes:
        on: What follows the table's name, in tokens: the method, and the expressions in brackets.
    """

    schema: str
    name: str
    unique: bool
    on: tuple[str, ...]

    def mentions(self, column: str) -> bool:
        """Say whether one of the expressions has the column."""
        return any(_is(token, column) and after != "(" for token, after in self._pairs())

    def on_renamed(self, column: str, new: str) -> _Index:
        """Return the index with the column under its new name."""
        tokens = (
            _quoted(new) if _is(token, column) and after != "(" else token for token, after in self._pairs()
        )
        return self._replace(on=tuple(tokens))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Return each token with the one after it: before a bracket stands the name of a function."""
        return zip(self.on, (*self.on[1:], ""), strict=True)

    def drop(self) -> DDL:
        """Return DROP INDEX."""
        return _ddl(f"DROP INDEX {_quoted(self.schema)}.{_quoted(self.name)}")

    def create(self, table: str) -> DDL:
        """Return CREATE INDEX on the table, under the name that it has by then."""
        unique = "UNIQUE " if self.unique else ""
        where = f"{_quoted(self.schema)}.{_quoted(table)}"
        return _ddl(f"CREATE {unique}INDEX {_quoted(self.name)} ON {where} {''.join(self.on)}")


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="duckdb")
def alter_column(operations: Operations, op: ops.AlterColumnOp) -> Any:
    """Alter a column; the indexes of its table follow a new name."""
    if op.modify_type is None and op.modify_nullable is None and op.modify_name is None:
        return operations.next(op)
    found = _indexes(operations, op.table_name, op.schema)
    after = [index.on_renamed(op.column_name, op.modify_name) if op.modify_name else index for index in found]
    return _without(operations, op, found, after, op.table_name)


@Operations.implementation_for(ops.AddColumnOp, replace=True, dialect="duckdb")
def add_column(operations: Operations, op: ops.AddColumnOp) -> Any:
    """Add a column; one that is NOT NULL is altered after it is added."""
    if getattr(op.column, "nullable", True):
        return operations.next(op)
    found = _indexes(operations, op.table_name, op.schema)
    return _without(operations, op, found, found, op.table_name)


@Operations.implementation_for(ops.DropColumnOp, replace=True, dialect="duckdb")
def drop_column(operations: Operations, op: ops.DropColumnOp) -> Any:
    """Drop a column, and the indexes that it is part of."""
    found = _indexes(operations, op.table_name, op.schema)
    after = [index for index in found if not index.mentions(op.column_name)]
    return _without(operations, op, found, after, op.table_name)


@Operations.implementation_for(ops.RenameTableOp, replace=True, dialect="duckdb")
def rename_table(operations: Operations, op: ops.RenameTableOp) -> Any:
    """Rename a table; its indexes follow."""
    found = _indexes(operations, op.old_table_name, op.schema)
    return _without(operations, op, found, found, op.new_table_name)


def _without(operations: Operations, op: Any, before: list[_Index], after: list[_Index], table: str) -> Any:
    """Run the operation while the indexes are not there.

    Raises:
        UnsupportedOperation: There are some, and the connection is in a transaction: the engine lets go of
            an index, and of its name, only when that is committed.
    """
    if before and in_transaction(operations.get_context().connection):
        raise UnsupportedOperation(
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
                send(index.create(op.table_name))
        raise
    with ExitStack() as again:
        # All of them, also where rows do not fit into one any more.
        for index in reversed(after):
            again.callback(send, index.create(table))
    return done


def _indexes(operations: Operations, table: str, schema: str | None) -> list[_Index]:
    context = operations.get_context()
    if context.as_sql:
        return []
    connection: Connection = context.connection
    rows = connection.execute(_FIND, {"schema": schema, "table": table})
    return [_Index(own, name, unique, _behind_table(sql)) for own, name, unique, sql in rows]


def _behind_table(sql: str) -> tuple[str, ...]:
    tokens = _TOKEN.findall(sql.rstrip().rstrip(";"))
    words = [token.upper() for token in tokens]
    first = words.index("(")
    if "USING" in words[:first]:
        first = words.index("USING")
    return tuple(tokens[first:])


def _is(token: str, name: str) -> bool:
    plain = token[1:-1].replace('""', '"') if token.startswith('"') else token
    return plain.lower() == name.lower()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _ddl(statement: str) -> DDL:
    # DDL() is a format of its own.
    made: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    return made
