"""What is in a database and in no snapshot of core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

from migrateops_mysql.snapshot.asked import periods

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATEMENT = """
SELECT CASE TABLE_TYPE WHEN 'SEQUENCE' THEN 'sequence' ELSE 'view' END, TABLE_SCHEMA, TABLE_NAME
FROM information_schema.TABLES WHERE TABLE_SCHEMA IN :schemas AND TABLE_TYPE IN ('VIEW', 'SEQUENCE')
UNION ALL
SELECT LOWER(ROUTINE_TYPE), ROUTINE_SCHEMA, ROUTINE_NAME
FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN :schemas
UNION ALL
SELECT 'trigger', TRIGGER_SCHEMA, TRIGGER_NAME
FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN :schemas
UNION ALL
SELECT 'event', EVENT_SCHEMA, EVENT_NAME
FROM information_schema.EVENTS WHERE EVENT_SCHEMA IN :schemas
UNION ALL
SELECT DISTINCT 'partitions', TABLE_SCHEMA, TABLE_NAME
FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA IN :schemas AND PARTITION_NAME IS NOT NULL
UNION ALL
SELECT 'invisible column', TABLE_SCHEMA, CONCAT(TABLE_NAME, '.', COLUMN_NAME)
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN :schemas AND EXTRA LIKE '%INVISIBLE%'
UNION ALL
SELECT DISTINCT 'grant', TABLE_SCHEMA, TABLE_NAME
FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA IN :schemas
ORDER BY 1, 2, 3
"""


def unread(connection: Connection, schemas: Sequence[str | None]) -> Iterator[tuple[str, str | None, str]]:
    """Yield kind, schema and name of what schemas hold besides tables, in one statement, on MariaDB two.

    There, one more is sent for each table that has a CHECK such as a period has.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is the default schema.
    """
    own = connection.dialect.default_schema_name
    asked = [name for name in dict.fromkeys(schema or own for schema in schemas) if name is not None]
    statement = text(_STATEMENT).bindparams(bindparam("schemas", expanding=True))
    for kind, schema, name in connection.execute(statement, {"schemas": asked}):
        yield str(kind), None if schema == own else str(schema), str(name)
    for schema, table, name in periods(connection, asked):
        yield "period", None if schema == own else schema, f"{table}.{name}"
