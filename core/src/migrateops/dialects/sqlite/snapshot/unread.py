"""What is in a database and in no snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrateops.dialects.sqlite.statements import quoted
from migrateops.snapshot.names import own_schema

if TYPE_CHECKING:
    from sqlalchemy import Connection


def unread(connection: Connection, schemas: Sequence[str | None]) -> Iterator[tuple[str, str | None, str]]:
    """Yield kind, schema and name of views and triggers: one statement for each schema.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is ``main``.
    """
    for schema in schemas:
        own = own_schema(schema, connection.dialect)
        found = connection.exec_driver_sql(
            f"SELECT type, name FROM {quoted(schema or 'main')}.sqlite_master"
            " WHERE type IN ('view', 'trigger') ORDER BY type, name"
        )
        for kind, name in found:
            yield str(kind), own, str(name)
