"""The sequence behind a column that numbers itself goes with the table.

Online only: an SQL stream cannot know what there is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from migrateops.operations import Operations, ops
from migrateops_duckdb import lower  # noqa: F401  # what this stands in front of
from migrateops_duckdb.constraints import qualified
from migrateops_duckdb.sql_text import ddl

# Those that SQLAlchemy has made with the table: they are called after it.
_BEHIND = text(
    "SELECT sequence_oid, schema_name, sequence_name FROM duckdb_sequences() AS made"
    " JOIN duckdb_columns() AS of USING (database_name, schema_name)"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table) AND starts_with(column_default, 'nextval(')"
    " AND sequence_name = concat(table_name, '_', column_name, '_seq')"
)
_STILL_USED = text("SELECT count(*) FROM duckdb_dependencies() WHERE objid = :oid")


@Operations.implementation_for(ops.DropTableOp, replace=True, dialect="duckdb")
def drop_table(operations: Operations, op: ops.DropTableOp) -> Any:
    """Drop a table, and the sequences that were made with it, where nothing else has numbers of them."""
    context = operations.get_context()
    if context.as_sql:
        return operations.next(op)
    where = {"schema": op.schema, "table": op.table_name}
    found = context.connection.execute(_BEHIND, where).all()
    done = operations.next(op)
    for oid, schema, name in found:
        if not context.connection.execute(_STILL_USED, {"oid": oid}).scalar_one():
            context.run_statement(ddl(f"DROP SEQUENCE IF EXISTS {qualified(schema, name)}"))
    return done
