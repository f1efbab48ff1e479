"""Building a table anew: the old one is moved aside, its rows are copied, and it is dropped.

The procedure of https://www.sqlite.org/lang_altertable.html#otheralter, with one difference: the old
table is renamed instead of the new one, so that the new one has its text as it was written, also where
that names the table itself.  ``legacy_alter_table`` keeps SQLite from changing views, triggers and
foreign keys of others along with the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from migrateops.dialects.sqlite.batch import catalog
from migrateops.dialects.sqlite.batch.definition import Column, TableDefinition, rowid_column
from migrateops.dialects.sqlite.batch.edit import Editor
from migrateops.dialects.sqlite.batch.tokens import inside, mentions, same, tokens
from migrateops.dialects.sqlite.statements import quoted, unquoted

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
            return self.new._replace(head=f"{self.new.head}{quoted(self.schema)}.").text
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

    def kept_number(self) -> str | None:
        """Return what the number of a row of the new table is called, if it is the one of the old table."""
        old, new = rowid_column(self.old), rowid_column(self.new)
        if old is not None and new is not None and new in self._copied() and same(old.name, new.name):
            return quoted(new.name)
        return self._rowid()

    def may_leave_out_rows(self) -> bool:
        """Say whether a constraint of the new table may say ON CONFLICT IGNORE, or REPLACE."""
        return any(piece.word in ("IGNORE", "REPLACE") for piece in tokens(self.new.text))

    def counter(self, aside: str) -> Iterator[str]:
        """Yield what takes over the counter of an AUTOINCREMENT key."""
        column = rowid_column(self.new)
        old = rowid_column(self.old)
        if column is None or old is None or not (_counts(self.new) and _counts(self.old)):
            return
        place = f"{quoted(self.schema)}." if self.schema else ""
        sequence = f"{place}sqlite_sequence"
        # Counters are found by the name as it is written in the table's text.
        mine, other = _text(unquoted(self.new.name)), _text(aside)
        # A table in which no row was ever put has no counter.
        yield f"DELETE FROM {sequence} WHERE name = {mine}"
        yield f"INSERT INTO {sequence} (name, seq) SELECT {mine}, seq FROM {sequence} WHERE name = {other}"


def _counts(table: TableDefinition) -> bool:
    pieces = [piece for column in table.columns for key in column.of("primary key") for piece in key.pieces]
    pieces += [piece for each in table.constraints if each.kind == "primary key" for piece in each.pieces]
    return any(piece.word == "AUTOINCREMENT" for piece in pieces)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


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
    texts = (
        entry.sql if schema is None else catalog.in_schema(entry.sql, f"{quoted(schema)}.") for entry in kept
    )
    return tuple(texts), tuple(entry.name for entry in gone)
