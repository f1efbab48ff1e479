"""What the database's own catalog says of a table and of what hangs on it, as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection

from migrateops import errors
from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.batch.tokens import Token, joined, meaningful, same, tokens
from migrateops.dialects.sqlite.statements import quoted
from migrateops.errors.base import closest

_numbers = count()


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
    """Return all objects of a schema that have a text, in the order in which they were created.

    A schema that is not there has none.
    """
    if schema:
        schemas = driver.send(connection, "PRAGMA database_list")
        if not any(same(name, schema) for _, name, _ in schemas) and not same(schema, "temp"):
            return []
    listed = f"SELECT type, name, tbl_name, sql FROM {quoted(schema or 'main')}.sqlite_master"
    return [Entry(*row) for row in driver.send(connection, f"{listed} WHERE sql IS NOT NULL ORDER BY rowid")]


def schema_of(connection: Connection, table: str) -> str | None:
    """Return the schema that a name without one means, if that is not the default: a temporary table's."""
    listed = driver.send(connection, "SELECT name FROM temp.sqlite_master WHERE type = 'table'")
    return "temp" if any(same(name, table) for (name,) in listed) else None


def find(connection: Connection, schema: str | None, table: str, found: list[Entry]) -> Entry:
    """Return the entry of a table.

    Args:
        connection: The migrating connection.
        schema: Where it is; None is ``main``.
        table: Its name, unquoted.
        found: All objects of that schema.

    Raises:
        TableNotFound: There is none.
        NoOrdinaryTable: It is something that cannot be altered.
    """
    if same(table[:7], "sqlite_"):
        raise errors.batch.NoOrdinaryTable(table, "internal table")
    entry = next((e for e in found if e.type in ("table", "view") and same(e.name, table)), None)
    if entry is None:
        names = [each.name for each in found if each.type == "table"]
        raise errors.batch.TableNotFound(table, closest(table, names), schema)
    kind = "virtual" if entry.sql[:14].upper() == "CREATE VIRTUAL" else entry.type
    # Older versions have no such pragma, and answer nothing.
    for row in driver.send(connection, f"PRAGMA {quoted(schema or 'main')}.table_list({quoted(entry.name)})"):
        kind = row[2]
    if kind != "table":
        raise errors.batch.NoOrdinaryTable(table, kind if kind == "view" else f"{kind} table")
    return entry


def broken(
    connection: Connection, schema: str | None, found: list[Entry], gone: Sequence[str] = ()
) -> dict[tuple[str, str], str]:
    """Return the views and triggers that do not work, each with what the database says about it.

    They are compiled, not run.

    Args:
        connection: The migrating connection.
        schema: Where they are; None is ``main``.
        found: All objects of that schema.
        gone: Names of columns that are no more, or soon will be: in double quotes they would be text.
    """
    with _without_texts(connection, f"{quoted(schema or 'main')}.", found, gone):
        return _broken(connection, schema, found)


@contextmanager
def _without_texts(
    connection: Connection, place: str, found: list[Entry], gone: Sequence[str]
) -> Iterator[None]:
    """Have some names be names in any case, in views and triggers within the block.

    https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
    """
    changed = {
        (entry.type, entry.name): _renewed(entry, gone)
        for entry in found
        if entry.type in ("view", "trigger") and _renewed(entry, gone) != entry.sql
    }
    if not changed:
        yield
        return
    views = {name for kind, name in changed if kind == "view"}
    # With a view go its triggers.
    again = [
        entry
        for entry in found
        if (entry.type, entry.name) in changed or (entry.type == "trigger" and entry.table in views)
    ]
    driver.send(connection, "SAVEPOINT migrateops_names")
    try:
        for entry in again:
            driver.send(connection, f"DROP {entry.type} IF EXISTS {place}{quoted(entry.name)}")
        for entry in again:
            text = changed.get((entry.type, entry.name), entry.sql)
            driver.send(connection, in_schema(text, place))
        yield
    finally:
        driver.send(connection, "ROLLBACK TO migrateops_names")
        driver.send(connection, "RELEASE migrateops_names")


def _renewed(entry: Entry, gone: Sequence[str]) -> str:
    """Return a text in which names that are in double quotes are in others, which make no text."""
    return joined(
        Token("quoted", "`" + piece.name.replace("`", "``") + "`")
        if piece.text.startswith('"') and any(same(piece.name, name) for name in gone)
        else piece
        for piece in tokens(entry.sql)
    )


def in_schema(text: str, place: str) -> str:
    """Return a CREATE statement with the schema that the text in the catalog leaves out.

    Args:
        text: Of an index, a trigger or a view.
        place: The schema in quotes, and a point.
    """
    pieces = tokens(text)
    after = next(at for at, piece in enumerate(pieces) if piece.word in ("INDEX", "TRIGGER", "VIEW"))
    name = next(at for at in range(after + 1, len(pieces)) if not pieces[at].blank)
    if pieces[name + 1].text == ".":
        return text
    return f"{joined(pieces[:name])}{place}{joined(pieces[name:])}"


def _broken(connection: Connection, schema: str | None, found: list[Entry]) -> dict[tuple[str, str], str]:
    faults: dict[tuple[str, str], str] = {}
    place = f"{quoted(schema or 'main')}."
    error = connection.dialect.loaded_dbapi.Error

    def compiles(kind: str, name: str, statement: str) -> None:
        try:
            _compile(connection, statement)
        except error as refused:
            faults[kind, name] = str(refused)

    for entry in found:
        if entry.type == "view":
            compiles("view", entry.name, f"SELECT * FROM {place}{quoted(entry.name)}")
    # A statement on a table compiles all of its triggers; which one is at fault is asked one by one.
    for table in dict.fromkeys(entry.table for entry in found if entry.type == "trigger"):
        own = [entry for entry in found if entry.type == "trigger" and entry.table == table]
        columns = _columns(connection, place, table)
        for entry in own:
            for name in _fires_for(entry.sql):
                # It never fires, so nothing would compile it.
                if columns and not any(same(name, column) for column, _ in columns):
                    faults["trigger", entry.name] = f"no such column: {name}"
        for statement in _firing(f"{place}{quoted(table)}", columns):
            try:
                _compile(connection, statement)
            except error as refused:
                if "because it is a view" in str(refused):
                    continue  # it has no trigger for this kind of statement
                named = [entry.name for entry in own if entry.name in str(refused)]
                for name in named or [entry.name for entry in own]:
                    faults["trigger", name] = str(refused)
    return faults


def _compile(connection: Connection, statement: str) -> None:
    # No text is sent twice: drivers keep what they have compiled, and SQLite before 3.41 may crash where an
    # EXPLAIN with triggers is compiled again because a table of theirs has changed.
    driver.send(connection, f"EXPLAIN {statement} -- {next(_numbers)}")


def _columns(connection: Connection, place: str, table: str) -> list[tuple[str, bool]]:
    """Return the columns of a table or view, each with whether it can be written; none if that is broken."""
    try:
        rows = driver.send(connection, f"PRAGMA {place}table_xinfo({quoted(table)})")
    except connection.dialect.loaded_dbapi.Error:
        return []
    return [(str(row[1]), row[6] == 0) for row in rows]


def _fires_for(trigger: str) -> list[str]:
    """Return the columns that a trigger AFTER UPDATE OF waits for; none if it is no such trigger."""
    pieces = meaningful(tokens(trigger))
    words = [piece.word for piece in pieces]
    head = words[: words.index("ON")]
    at = head.index("UPDATE") + 2 if "UPDATE" in head else len(head)
    return [piece.name for piece in pieces[at : len(head)] if piece.text != ","]


def _firing(on: str, columns: list[tuple[str, bool]]) -> list[str]:
    """Return statements of each kind on a table or view."""
    names = [quoted(name) for name, writable in columns if writable]
    if not names:
        return []
    assigned = ", ".join(f"{name} = NULL" for name in names)
    values = ", ".join("NULL" for _ in names)
    return [
        f"DELETE FROM {on}",
        f"UPDATE {on} SET {assigned}",
        f"INSERT INTO {on} ({', '.join(names)}) VALUES ({values})",
    ]
