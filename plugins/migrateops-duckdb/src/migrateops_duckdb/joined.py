"""Tables that foreign keys join: renamed, and made in an order in which they can be."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, text

from migrateops import errors
from migrateops.operations import Operations, ops
from migrateops_duckdb import constraints, indexed
from migrateops_duckdb.rebuild import atomically
from migrateops_duckdb.sql_text import Item, names, quoted
from migrateops_duckdb.tables import Tables

_THERE = text(
    "SELECT count(*) FROM duckdb_tables() WHERE lower(table_name) = lower(:table) AND (temporary"
    " OR database_name = current_database() AND schema_name = coalesce(:schema, current_schema()))"
)


@Operations.implementation_for(ops.CreateTableOp, replace=True, dialect="duckdb")
def create_table(operations: Operations, op: ops.CreateTableOp) -> Any:
    """Create a table.

    Raises:
        UnsupportedOperation: It refers to a table that is not there, as the first of a circle does.
    """
    context = operations.get_context()

    def there(schema: str | None, name: str) -> bool:
        asked = {"schema": schema, "table": name}
        return bool(context.connection.execute(_THERE, asked).scalar_one())

    for key in () if context.as_sql else _keys(op):
        *schema, name, _ = key.target_fullname.split(".")
        if len(schema) > 1:
            # Of another database, of which the engine says what it does not do.
            continue
        if names(quoted(name), op.table_name) or there(schema[0] if schema else op.schema, name):
            continue
        if op.if_not_exists and there(op.schema, op.table_name):
            # The engine makes no table, and wants to see what it would refer to all the same.
            return operations.invoke(_without_keys(op))
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            "duckdb",
            f"a foreign key to a table that is not there: {name}",
            "create that one first; of a circle of tables that refer to each other, leave one key out",
        )
    return operations.next(op)


def _keys(op: ops.CreateTableOp) -> Iterator[ForeignKey]:
    for item in op.columns:
        if isinstance(item, Column):
            yield from item.foreign_keys
        elif isinstance(item, ForeignKeyConstraint):
            yield item.elements[0]


def _without_keys(op: ops.CreateTableOp) -> ops.CreateTableOp:
    made = copy.copy(op)
    made.columns = [_bare(item) for item in op.columns if not isinstance(item, ForeignKeyConstraint)]
    return made


def _bare(item: Any) -> Any:
    """Return a column without foreign keys; anything else as it is."""
    if not isinstance(item, Column) or not item.foreign_keys:
        return item
    # A copy of a copy that has lost them: a key that was once put on a column stays bound to it.
    bare = item._copy()
    bare.foreign_keys.clear()
    return bare._copy()


@Operations.implementation_for(ops.RenameTableOp, replace=True, dialect="duckdb")
def rename_table(operations: Operations, op: ops.RenameTableOp) -> Any:
    """Rename a table; its indexes follow.

    The engine renames no table that another refers to, and one that has foreign keys itself in a way that no
    table which these refer to can change afterwards. Such a table is made anew under the new name.
    """
    context = operations.get_context()
    joined = not context.as_sql and (
        constraints.refers(context.connection, op.old_table_name, op.schema)
        or constraints.referring(context.connection, op.old_table_name, op.schema)
    )
    if joined:
        with atomically(context.connection):
            _make_anew(operations, op)
        return None
    found = indexed.find_indexes(operations, op.old_table_name, op.schema)
    return indexed.without_indexes(operations, op, found, found, op.new_table_name)


def _make_anew(operations: Operations, op: ops.RenameTableOp) -> None:
    row = Tables(operations, op.schema).row(op.old_table_name)
    old, new = str(row.table_name), str(op.new_table_name)
    tables = Tables(operations, str(row.schema_name))

    def following(item: Item) -> Item:
        return item.referring_to(new) if item.is_foreign_key and names(item.reference.table, old) else item

    asides = [tables.put_aside(table) for table in (*tables.referring(old), old)]
    for aside in reversed(asides):
        name = new if aside.table == old else aside.table
        tables.bring_back(aside._replace(table=name, items=[following(item) for item in aside.items]))
