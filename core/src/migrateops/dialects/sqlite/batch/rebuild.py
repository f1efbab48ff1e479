"""Building a table anew: the old one is moved aside, its rows are copied, and it is dropped.

The procedure of https://www.sqlite.org/lang_altertable.html#otheralter, with one difference: the old
table is renamed instead of the new one, so that the new one has its text as it was written, also where
that names the table itself.  ``legacy_alter_table`` keeps SQLite from changing views, triggers and
foreign keys of others along with the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.batch import catalog
from migrateops.dialects.sqlite.batch.definition import Column, TableDefinition, same
from migrateops.dialects.sqlite.batch.edit import Editor
from migrateops.dialects.sqlite.batch.tokens import inside, joined, mentions, tokens
from migrateops.dialects.sqlite.statements import quoted, unquoted
from migrateops.errors.batch import BrokenByRebuild, RebuildRefused, RowsDoNotFit, RowsLost

# From how many rows on a copy is made in pieces, and how many rows a piece has.
_MANY_ROWS, _PIECE = 200_000, 50_000
_ROWIDS = ("rowid", "_rowid_", "oid")


class Verbatim(DDLElement):
    """A statement that is sent as it is written."""

    inherit_cache = False

    def __init__(self, text: str) -> None:
        self.text = text


@compiles(Verbatim)
def _verbatim(element: Verbatim, compiler: Any, **kw: Any) -> str:
    return element.text


class Rebuild(NamedTuple):
    """How one table is built anew.

    Attributes:
        table: Its name, unquoted.
        schema: Its schema, unquoted; None is the default one.
        old: What it is.
        edited: What it is to be.
        followers: Texts that create the indexes and triggers of the new table.
    """

    table: str
    schema: str | None
    old: TableDefinition
    edited: Editor
    followers: tuple[str, ...]

    @property
    def new(self) -> TableDefinition:
        """The table as it is to be."""
        return self.edited.definition

    def name(self, table: str) -> str:
        """Return the name of a table in this schema as SQL."""
        return f"{quoted(self.schema)}.{quoted(table)}" if self.schema else quoted(table)

    def statements(self, aside: str) -> Iterator[str]:
        """Yield all statements, in order.

        Args:
            aside: The name for the old table, unquoted.
        """
        yield from self.beginning(aside)
        yield self.copy(aside)
        yield from self.ending(aside)

    def beginning(self, aside: str) -> Iterator[str]:
        """Yield what comes before the rows are copied."""
        yield "PRAGMA legacy_alter_table = ON"
        yield f"ALTER TABLE {self.name(self.table)} RENAME TO {quoted(aside)}"
        yield "PRAGMA legacy_alter_table = OFF"
        yield self.create()

    def ending(self, aside: str) -> Iterator[str]:
        """Yield what comes after the rows were copied."""
        yield from self.counter(aside)
        yield f"DROP TABLE {self.name(aside)}"
        yield from self.followers

    def create(self) -> str:
        """Return CREATE TABLE of the new table, its name written as it was."""
        # The text that the database keeps names no schema.
        if self.schema and not self.new.head.rstrip().endswith("."):
            return replace(self.new, head=f"{self.new.head}{quoted(self.schema)}.").text
        return self.new.text

    def copy(self, aside: str) -> str:
        """Return the INSERT .. SELECT that copies the rows."""
        columns = [column.name for column in self._copied()]
        listed = [quoted(name) for name in columns]
        rowid = self._rowid()
        if rowid is not None:
            listed.insert(0, rowid)
        into = ", ".join(listed)
        # With the table in front: a name in quotes that no column has would be a text.
        values = ", ".join(f"{quoted(aside)}.{name}" for name in listed)
        if not listed:
            # Nothing but new columns: as many rows as there were.
            spare = next(column for column in self.new.columns if not column.has("generated"))
            default = next((each.pieces[1:] for each in spare.of("default")), [])
            into, values = quoted(spare.name), " ".join(piece.text for piece in default) or "NULL"
        return f"INSERT INTO {self.name(self.table)} ({into}) SELECT {values} FROM {self.name(aside)}"

    def _copied(self) -> list[Column]:
        """Return the columns of the new table whose values are taken over: a generated one has its own."""
        carried = self.edited.carried
        return [
            column
            for column in self.new.columns
            if not column.has("generated") and any(same(column.name, name) for name in carried)
        ]

    def _rowid(self) -> str | None:
        """Return what the number of a row is called, if it is to be kept and has a name.

        It is what full-text indexes and the like refer to.  Where a column is the number, it is copied
        or made anew with that column.
        """
        if "WITHOUT ROWID" in self.old.options | self.new.options or rowid_column(self.new) is not None:
            return None
        taken = [column.name for table in (self.old, self.new) for column in table.columns]
        return next((name for name in _ROWIDS if not any(same(name, other) for other in taken)), None)

    def row_number(self) -> str | None:
        """Return what the number of a row of the old table is called; None if it has none, or no name."""
        if "WITHOUT ROWID" in self.old.options:
            return None
        taken = [column.name for column in self.old.columns]
        return next((name for name in _ROWIDS if not any(same(name, other) for other in taken)), None)

    def counter(self, aside: str) -> Iterator[str]:
        """Yield what takes over the counter of an AUTOINCREMENT key."""
        column = rowid_column(self.new)
        old = rowid_column(self.old)
        if column is None or old is None or not (_counts(column) and _counts(old)):
            return
        place = f"{quoted(self.schema)}." if self.schema else ""
        sequence = f"{place}sqlite_sequence"
        # Counters are found by the name as it is written in the table's text.
        mine, other = _text(unquoted(self.new.name)), _text(aside)
        # A table in which no row was ever put has no counter.
        yield f"DELETE FROM {sequence} WHERE name = {mine}"
        yield f"INSERT INTO {sequence} (name, seq) SELECT {mine}, seq FROM {sequence} WHERE name = {other}"


def rowid_column(table: TableDefinition) -> Column | None:
    """Return the column that is the number of the row: an INTEGER PRIMARY KEY.

    https://www.sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
    """
    if "WITHOUT ROWID" in table.options:
        return None
    for column in table.columns:
        for inline in column.of("primary key"):
            descending = any(piece.word == "DESC" for piece in inline.pieces)
            return column if column.type_name.upper() == "INTEGER" and not descending else None
    for constraint in table.constraints:
        if constraint.kind == "primary key" and len(constraint.columns) == 1:
            key = table.column(constraint.columns[0])
            return key if key is not None and key.type_name.upper() == "INTEGER" else None
    return None


def _counts(column: Column) -> bool:
    return any(piece.word == "AUTOINCREMENT" for key in column.of("primary key") for piece in key.pieces)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def run(
    rebuild: Rebuild,
    connection: Connection,
    send: Any,
    copying: Callable[[str, int, int], object] | None = None,
) -> None:
    """Build the table anew on a connection, in a transaction or savepoint of the caller.

    Args:
        rebuild: How.
        connection: The migrating connection; foreign keys are not enforced on it where rows would be lost.
        send: What sends a statement so that everybody who looks on sees it.
        copying: Told of the table, the rows that are copied, and all of them, where there are many.

    Raises:
        RowsDoNotFit: Rows have values that the new columns do not take.
        RebuildRefused: The database refuses the new table.
        BrokenByRebuild: A view or a trigger would not work with it.
    """
    before = catalog.entries(connection, rebuild.schema)
    faults = catalog.broken(connection, rebuild.schema, before)
    aside = _free_name(rebuild, before)
    legacy = _legacy(connection)
    try:
        for statement in rebuild.beginning(aside):
            _send(rebuild, send, statement)
    finally:
        driver.send(connection, f"PRAGMA legacy_alter_table = {legacy}")
    try:
        for condition in _pieces(rebuild, connection, aside, copying):
            _send(rebuild, send, rebuild.copy(aside) + condition)
    except RebuildRefused:
        _explain_nulls(rebuild, connection, rebuild.name(aside))
        raise
    _check_types(rebuild, connection)
    rows, copied = _count(connection, rebuild.name(aside)), _count(connection, rebuild.name(rebuild.table))
    if copied != rows:
        # A constraint of the new table may say ON CONFLICT IGNORE, or REPLACE.
        raise RowsLost(rebuild.table, rows, copied)
    for statement in rebuild.ending(aside):
        _send(rebuild, send, statement)
    after = catalog.broken(connection, rebuild.schema, catalog.entries(connection, rebuild.schema))
    for (kind, name), reason in after.items():
        if (kind, name) not in faults:
            raise BrokenByRebuild(rebuild.table, kind, name, reason)


def _pieces(
    rebuild: Rebuild,
    connection: Connection,
    aside: str,
    copying: Callable[[str, int, int], object] | None,
) -> Iterator[str]:
    """Yield conditions that split the rows of a large table, and tell how far they have come.

    Where nobody wants to know, all rows are copied by one statement.
    """
    number = rebuild.row_number()
    if copying is None or number is None:
        yield ""
        return
    asked = f"SELECT count(*), min({number}), max({number}) FROM {rebuild.name(aside)}"
    ((total, first, last),) = driver.send(connection, asked)
    if total < _MANY_ROWS:
        yield ""
        return
    done = 0
    while done < total:
        copying(rebuild.table, done, total)
        # The rows of a piece are counted, as their numbers may have gaps.
        skipped = f"SELECT {number} FROM {rebuild.name(aside)} WHERE {number} >= {first}"
        ahead = driver.send(connection, f"{skipped} ORDER BY {number} LIMIT 1 OFFSET {_PIECE}")
        until = ahead[0][0] if ahead else last + 1
        yield f" WHERE {number} >= {first}" + (f" AND {number} < {until}" if ahead else "")
        first, done = until, done + _PIECE
    copying(rebuild.table, total, total)


def _send(rebuild: Rebuild, send: Any, statement: str) -> None:
    try:
        send(Verbatim(statement))
    except DBAPIError as error:
        head = " ".join(statement.split(None, 3)[:2])
        raise RebuildRefused(rebuild.table, head, str(error.orig)) from error


def _count(connection: Connection, table: str) -> int:
    ((count,),) = driver.send(connection, f"SELECT count(*) FROM {table}")
    return int(count)


def _legacy(connection: Connection) -> str:
    rows = driver.send(connection, "PRAGMA legacy_alter_table")
    return "ON" if rows and rows[0][0] else "OFF"


def _free_name(rebuild: Rebuild, present: Sequence[catalog.Entry]) -> str:
    taken = {entry.name.casefold() for entry in present}
    name, number = f"_migrateops_old_{rebuild.table}", 1
    while name.casefold() in taken:
        number += 1
        name = f"_migrateops_old_{rebuild.table}_{number}"
    return name


def _explain_nulls(rebuild: Rebuild, connection: Connection, table: str) -> None:
    """Raise what is wrong with the rows, if it is that a column that may not be NULL would be.

    Looked for only when the rows were refused: the search reads the whole table.
    """
    carried = rebuild.edited.carried
    for name in rebuild.edited.filled:
        if any(same(name, other) for other in carried):
            nulls = f"SELECT count(*) FROM {table} WHERE {quoted(name)} IS NULL"
            ((count,),) = driver.send(connection, nulls)
            if count:
                raise RowsDoNotFit(rebuild.table, name, count, "it is to be NOT NULL, and they have NULL")
    for column in rebuild.new.columns:
        is_new = not any(same(column.name, other) for other in carried)
        needs_value = column.has("not null") and not (column.has("default") or column.has("generated"))
        if is_new and needs_value and column is not rowid_column(rebuild.new):
            count = _count(connection, table)
            raise RowsDoNotFit(rebuild.table, column.name, count, "it is new, NOT NULL, and has no default")


def _check_types(rebuild: Rebuild, connection: Connection) -> None:
    """Look for values that the type of their column did not turn into its own kind."""
    unfit: dict[str, str] = {}
    for name in rebuild.edited.retyped:
        column = rebuild.new.column(name)
        if column is not None and not column.has("generated"):
            condition = _unfit(column)
            if condition is not None:
                unfit[name] = condition
    table = rebuild.name(rebuild.table)
    if not unfit:
        return
    # One look at the rows for all columns, and in most cases the only one.
    anywhere = " OR ".join(unfit.values())
    if not driver.send(connection, f"SELECT 1 FROM {table} WHERE {anywhere} LIMIT 1"):
        return
    for name, condition in unfit.items():
        counted = f"SELECT count(*), min(quote({quoted(name)})) FROM {table} WHERE {condition}"
        ((count, example),) = driver.send(connection, counted)
        if count:
            column = rebuild.new.column(name)
            wanted = column.type_name if column is not None else ""
            raise RowsDoNotFit(rebuild.table, name, count, f"it is to be {wanted}", example)


def _unfit(column: Column) -> str | None:
    """Return the condition of values that a column of this declared type should not have; None for any.

    https://www.sqlite.org/datatype3.html#determination_of_column_affinity; dates and times are text, or
    numbers, in whatever way the application writes them.
    """
    upper, name = column.type_name.upper(), quoted(column.name)
    if "INT" in upper:
        return f"(typeof({name}) <> 'integer' AND {name} IS NOT NULL)"
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT", "BLOB", "JSON", "DATE", "TIME")):
        return None
    if any(word in upper for word in ("REAL", "FLOA", "DOUB")):
        return f"(typeof({name}) <> 'real' AND {name} IS NOT NULL)"
    if any(word in upper for word in ("DEC", "NUM")):
        # Numbers come before text, and text before blobs.
        return f"{name} >= ''"
    return None


def followers(
    found: Sequence[catalog.Entry], table: str, schema: str | None, dropped: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts of a table's indexes and triggers, and the names of the indexes that go.

    Args:
        found: All objects of the schema.
        table: The table, unquoted.
        schema: Its schema, unquoted; None is the default one.
        dropped: Columns that it loses; an index on one of them goes with it.
    """
    kept: list[catalog.Entry] = []
    gone: list[catalog.Entry] = []
    for entry in found:
        if entry.type not in ("index", "trigger") or not same(entry.table, table):
            continue
        uses = entry.type == "index" and any(mentions(inside(tokens(entry.sql)), name) for name in dropped)
        (gone if uses else kept).append(entry)
    texts = (entry.sql if schema is None else _in_schema(entry.sql, schema) for entry in kept)
    return tuple(texts), tuple(entry.name for entry in gone)


def _in_schema(text: str, schema: str) -> str:
    """Return CREATE INDEX or CREATE TRIGGER with the schema that the text in the catalog leaves out."""
    pieces = tokens(text)
    after = next(at for at, piece in enumerate(pieces) if piece.word in ("INDEX", "TRIGGER"))
    name = next(at for at in range(after + 1, len(pieces)) if not pieces[at].blank)
    if pieces[name + 1].text == ".":
        return text
    return f"{joined(pieces[:name])}{quoted(schema)}.{joined(pieces[name:])}"
