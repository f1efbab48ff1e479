"""The schema of a database as plain data, for a comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

Schema = dict[str, dict[str, Any]]


def schema_of(url: str) -> Schema:
    """Return what the inspector tells of each table of a database, the version table among them."""
    if sa.make_url(url).get_dialect().is_async:
        return asyncio.run(_schema_of(url))
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return _schema(connection)
    finally:
        engine.dispose()


async def _schema_of(url: str) -> Schema:
    engine = create_async_engine(url, poolclass=sa.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_schema)
    finally:
        await engine.dispose()


def _schema(connection: sa.Connection) -> Schema:
    inspector = sa.inspect(connection)
    return {table: _table(inspector, table) for table in inspector.get_table_names()}


def _table(inspector: sa.Inspector, table: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"column {one['name']}": (str(one["type"]), one["nullable"], str(one["default"]).strip("()"))
        for one in inspector.get_columns(table)
    }
    found["primary key"] = str(inspector.get_pk_constraint(table))
    found["foreign keys"] = sorted(map(_plain, inspector.get_foreign_keys(table)))
    found["unique constraints"] = sorted(map(_plain, inspector.get_unique_constraints(table)))
    found["check constraints"] = sorted(map(_plain, inspector.get_check_constraints(table)))
    found["indexes"] = sorted(map(_plain, inspector.get_indexes(table)))
    return found


def _plain(found: Any) -> str:
    """Return what the inspector tells of one object as text; a condition of an index is an expression."""
    if isinstance(found, Mapping):
        return f"{{{', '.join(f'{key!r}: {_plain(value)}' for key, value in found.items())}}}"
    return repr(str(found)) if isinstance(found, sa.ClauseElement) else repr(found)


def differences(ours: Schema, theirs: Schema) -> list[str]:
    """Return what differs, one line each; nothing if both are the same."""
    lines = [f"table {name!r}: only migrateops makes it" for name in ours if name not in theirs]
    lines += [f"table {name!r}: only Alembic makes it" for name in theirs if name not in ours]
    for name in sorted(ours.keys() & theirs.keys()):
        own, other = ours[name], theirs[name]
        lines += [
            f"table {name!r}, {part}: {own.get(part, 'nothing')} with migrateops,"
            f" {other.get(part, 'nothing')} with Alembic"
            for part in dict.fromkeys((*own, *other))
            if own.get(part) != other.get(part)
        ]
    return lines
