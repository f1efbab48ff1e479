"""What is in a database, as plain data in which two databases that are alike agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, inspect, select
from sqlalchemy.engine import Inspector
from sqlalchemy.types import TypeEngine

from migrateops.testing.examples import Schema

Also = Callable[[Connection], Any] | None
"""Reads what is to be compared besides tables."""


class State(NamedTuple):
    """What is in a database.

    Attributes:
        tables: What each table has, by its name.
        others: What was asked for besides; None where nothing was.
    """

    tables: dict[str, dict[str, Any]]
    others: Any = None


def make(schema: Schema, connection: Connection) -> MetaData:
    """Create the tables of a schema with their rows, commit, and return their MetaData."""
    metadata = MetaData()
    rows = schema(metadata) or {}
    metadata.create_all(connection)
    for name, given in rows.items():
        connection.execute(metadata.tables[name].insert(), given)
    connection.commit()
    return metadata


def expected(schema: Schema, connection: Connection, also: Also = None) -> State:
    """Return what a database has in which nothing is but the tables of a schema; it is empty again then."""
    metadata = make(schema, connection)
    found = look(connection, also)
    metadata.drop_all(connection)
    connection.commit()
    return found


def look(connection: Connection, also: Also = None) -> State:
    """Return what the default schema has: tables with columns, constraints, indexes, comments and rows.

    The order of columns is left out, as a column that comes back comes last.

    Args:
        connection: The connection; rolled back.
        also: Reads what there is besides.
    """
    inspector = inspect(connection)
    found = {name: _table(inspector, name, connection) for name in sorted(inspector.get_table_names())}
    others = also(connection) if also is not None else None
    connection.rollback()
    return State(found, others)


def _table(inspector: Inspector, name: str, connection: Connection) -> dict[str, Any]:
    columns: list[Any] = inspector.get_columns(name)
    key = inspector.get_pk_constraint(name)
    return {
        "columns": {column["name"]: _column(column, connection) for column in columns},
        "primary key": (key.get("name"), key["constrained_columns"]),
        "foreign keys": _sorted(
            (
                one["name"],
                one["constrained_columns"],
                one["referred_table"],
                one["referred_columns"],
                _set(one.get("options", {})),
            )
            for one in inspector.get_foreign_keys(name)
        ),
        "unique": _sorted((one["name"], one["column_names"]) for one in _asked(inspector, "unique", name)),
        "checks": _sorted(
            (one["name"], one["sqltext"], _set(one.get("dialect_options", {})))
            for one in _asked(inspector, "check", name)
        ),
        "indexes": _sorted(_index(one) for one in inspector.get_indexes(name)),
        "comment": _comment(inspector, name),
        "rows": _rows(name, columns, connection),
    }


def _column(column: dict[str, Any], connection: Connection) -> dict[str, Any]:
    type_: TypeEngine[Any] = column["type"]
    return {
        "type": type_.compile(dialect=connection.dialect),
        "nullable": column["nullable"],
        "default": column.get("default"),
        "comment": column.get("comment"),
        "computed": _set(column.get("computed") or {}),
        "identity": _set(column.get("identity") or {}),
    }


def _index(index: Any) -> Any:
    listed = index.get("expressions") or index["column_names"]
    return (index["name"], listed, bool(index["unique"]), _set(index.get("dialect_options", {})))


def _asked(inspector: Inspector, kind: str, name: str) -> Any:
    """Return the constraints of a table; none where SQLAlchemy's dialect does not know of such."""
    try:
        ask = getattr(inspector, f"get_{kind}_constraints")
        return ask(name)
    except NotImplementedError:
        return []


def _comment(inspector: Inspector, name: str) -> str | None:
    try:
        return inspector.get_table_comment(name)["text"]
    except NotImplementedError:
        return None


def _rows(name: str, columns: list[Any], connection: Connection) -> list[Any]:
    made = sorted((Column(one["name"], one["type"]) for one in columns), key=lambda column: column.name)
    found = connection.execute(select(*made).select_from(Table(name, MetaData(), *made)))
    return _sorted(tuple(row) for row in found)


def _set(options: Any) -> dict[str, str]:
    """Return the options that say something, as texts."""
    return {key: repr(value) for key, value in sorted(options.items()) if value not in (None, [], {}, False)}


def _sorted(items: Any) -> list[Any]:
    return sorted(items, key=repr)
