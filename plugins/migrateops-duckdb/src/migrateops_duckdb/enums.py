"""The enums that come with the columns that need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ENUM

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_THERE = "SELECT schema_name, type_name FROM duckdb_types() WHERE database_name = current_database()"


def enum_of(type_: TypeEngine[Any], dialect: Dialect) -> ENUM | None:
    """Return the enum behind a type that is made before its first column; None if there is none."""
    impl: Any = type_.dialect_impl(dialect)
    return impl if isinstance(impl, ENUM) and impl.name and impl.create_type else None


def drops_of_enums(connection: Connection, types: Sequence[TypeEngine[Any]]) -> list[str]:
    """Return DROP statements, as ``op.execute()`` takes them, for the enums that are not there yet."""
    dialect: Any = connection.dialect
    own = dialect.default_schema_name or "main"
    found = dict.fromkeys(
        (enum.schema or own, enum.name, dialect.identifier_preparer.format_type(enum))
        for type_ in types
        if (enum := enum_of(type_, dialect)) is not None
    )
    there = {tuple(row) for row in connection.execute(text(_THERE))} if found else set()
    return [
        f"DROP TYPE IF EXISTS {written}".replace(":", "\\:")
        for schema, name, written in found
        if (schema, name) not in there
    ]
