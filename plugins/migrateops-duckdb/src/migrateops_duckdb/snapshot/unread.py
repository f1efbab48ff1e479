"""What is in a database and in no snapshot of core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATEMENT = """
SELECT kind, schema_name, name FROM (
    SELECT 'view' AS kind, database_name, schema_name, view_name AS name, internal FROM duckdb_views()
    UNION ALL
    SELECT 'sequence', database_name, schema_name, sequence_name, false FROM duckdb_sequences()
    UNION ALL
    SELECT CASE WHEN logical_type = 'ENUM' THEN 'enum' ELSE 'type' END,
           database_name, schema_name, type_name, internal FROM duckdb_types()
    UNION ALL
    SELECT DISTINCT 'macro', database_name, schema_name, function_name, internal FROM duckdb_functions()
    WHERE function_type IN ('macro', 'table_macro')
)
WHERE database_name = current_database() AND NOT internal AND schema_name IN (SELECT unnest(:schemas))
ORDER BY ALL
"""
_SCHEMAS = """
SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database() AND NOT internal
"""


def unread(connection: Connection, schemas: Sequence[str | None]) -> Iterator[tuple[str, str | None, str]]:
    """Yield kind, schema and name of what schemas hold besides tables, in one statement.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is the default schema.
    """
    own = connection.dialect.default_schema_name or "main"
    asked = list(dict.fromkeys(schema or own for schema in schemas))
    for kind, schema, name in connection.execute(text(_STATEMENT), {"schemas": asked}):
        yield kind, None if schema == own else schema, name


def schema_names(connection: Connection) -> list[str]:
    """Return the schemas of the connected database, unquoted."""
    return list(connection.scalars(text(_SCHEMAS)))
