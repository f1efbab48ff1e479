"""What the database's own catalog says of a table and of what hangs on it, as it was written."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.statements import quoted


class Entry(NamedTuple):
    """One row of ``sqlite_schema``.

    Attributes:
        type: ``table``, ``index``, ``trigger`` or ``view``.
        name: Of the object.
        table: The table that it belongs to; a view's is its own name.
        sql: The text that it was created with.
    """

    type: str
    name: str
    table: str
    sql: str


def entries(connection: Connection, schema: str | None) -> list[Entry]:
    """Return all objects of a schema that have a text, in the order in which they were created."""
    listed = f"SELECT type, name, tbl_name, sql FROM {quoted(schema or 'main')}.sqlite_master"
    return [Entry(*row) for row in driver.send(connection, f"{listed} WHERE sql IS NOT NULL ORDER BY rowid")]


def broken(connection: Connection, schema: str | None, found: list[Entry]) -> dict[tuple[str, str], str]:
    """Return the views and triggers that do not work, each with what the database says about it.

    They are compiled, not run.

    Args:
        connection: The migrating connection.
        schema: Where they are; None is ``main``.
        found: All objects of that schema.
    """
    faults: dict[tuple[str, str], str] = {}
    place = f"{quoted(schema or 'main')}."
    error = connection.dialect.loaded_dbapi.Error

    def compiles(kind: str, name: str, statement: str) -> None:
        try:
            driver.send(connection, f"EXPLAIN {statement}")
        except error as refused:
            faults[kind, name] = str(refused)

    for entry in found:
        if entry.type == "view":
            compiles("view", entry.name, f"SELECT * FROM {place}{quoted(entry.name)}")
    # A statement on a table compiles all of its triggers; which one is at fault is asked one by one.
    for table in dict.fromkeys(entry.table for entry in found if entry.type == "trigger"):
        own = [entry for entry in found if entry.type == "trigger" and entry.table == table]
        for statement in _firing(connection, place, schema, table):
            try:
                driver.send(connection, f"EXPLAIN {statement}")
            except error as refused:
                named = [entry.name for entry in own if entry.name in str(refused)]
                for name in named or [entry.name for entry in own]:
                    faults["trigger", name] = str(refused)
    return faults


def _firing(connection: Connection, place: str, schema: str | None, table: str) -> list[str]:
    """Return statements of each kind on a table or view."""
    rows = driver.send(connection, f"PRAGMA {place}table_xinfo({quoted(table)})")
    # Generated columns cannot be written.
    columns = [str(row[1]) for row in rows if row[6] == 0]
    if not columns:
        return []
    on = f"{place}{quoted(table)}"
    assigned = ", ".join(f"{quoted(column)} = NULL" for column in columns)
    listed = ", ".join(quoted(column) for column in columns)
    values = ", ".join("NULL" for _ in columns)
    return [
        f"DELETE FROM {on}",
        f"UPDATE {on} SET {assigned}",
        f"INSERT INTO {on} ({listed}) VALUES ({values})",
    ]
