"""A CREATE TABLE statement taken apart, so that one thing in it can be changed and the rest stays.

The database keeps the text that a table was created with.  What it says cannot be had back from any
catalog in full (collations, CHECK constraints, conflict clauses, comments), so a table that is built
anew is built from its text.  Grammar: https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from migrateops import errors
from migrateops.dialects.sqlite.batch.tokens import Token, meaningful, same, tokens
from migrateops.errors.base import closest

Kind = Literal[
    "primary key", "not null", "null", "unique", "check", "default", "collate", "references", "generated"
]
TableKind = Literal["primary key", "unique", "check", "foreign key"]


class ColumnConstraint(NamedTuple):
    """One constraint of a column.

    Attributes:
        kind: What it is.
        name: Its name, without quotes; None without one.
        text: As written, with the blanks and comments in front of it.
    """

    kind: Kind
    name: str | None
    text: str

    @property
    def pieces(self) -> list[Token]:
        """What it means: its text without blanks and comments."""
        return meaningful(tokens(self.text))


class Column(NamedTuple):
    """The definition of one column.

    Attributes:
        name: Without quotes.
        lead: Blanks and comments in front of the name, and the name as written.
        type: The declared type as written, with the blanks in front of it; may be empty.
        constraints: In order.
        trail: Blanks and comments behind all of it.
    """

    name: str
    lead: str
    type: str = ""
    constraints: tuple[ColumnConstraint, ...] = ()
    trail: str = ""

    @property
    def text(self) -> str:
        """The definition as written."""
        return self.lead + self.type + "".join(each.text for each in self.constraints) + self.trail

    @property
    def type_name(self) -> str:
        """The declared type with single blanks and no comments."""
        return " ".join(piece.text for piece in meaningful(tokens(self.type)))

    def has(self, kind: Kind) -> bool:
        """Say whether it has a constraint of a kind."""
        return any(each.kind == kind for each in self.constraints)

    def of(self, kind: Kind) -> tuple[ColumnConstraint, ...]:
        """Return its constraints of a kind."""
        return tuple(each for each in self.constraints if each.kind == kind)

    def without(self, *kinds: Kind) -> Column:
        """Return the column without constraints of some kinds."""
        return self._replace(constraints=tuple(each for each in self.constraints if each.kind not in kinds))

    def with_type(self, type_: str) -> Column:
        """Return the column with another declared type."""
        return self._replace(type=f" {type_}" if type_ else "")

    def with_constraint(self, kind: Kind, text: str) -> Column:
        """Return the column with a constraint in place of those of its kind, or behind the others."""
        new = ColumnConstraint(kind, None, f" {text}")
        found = [index for index, each in enumerate(self.constraints) if each.kind == kind]
        at = found[0] if found else len(self.constraints)
        kept = [each for each in self.constraints if each.kind != kind]
        return self._replace(constraints=(*kept[:at], new, *kept[at:]))


class TableConstraint(NamedTuple):
    """One constraint that stands behind the columns.

    Attributes:
        kind: What it is.
        name: Its name, without quotes; None without one.
        columns: The columns of a key, without quotes; none for a CHECK.
        text: As written, with the blanks and comments around it.
    """

    kind: TableKind
    name: str | None
    columns: tuple[str, ...]
    text: str

    @property
    def pieces(self) -> list[Token]:
        """What it means: its text without blanks and comments."""
        return meaningful(tokens(self.text))


class TableDefinition(NamedTuple):
    """A CREATE TABLE statement taken apart.

    ``text`` of what ``parse`` returns is the statement, with the commas between constraints that SQLite
    lets people leave out.

    Attributes:
        head: Up to the name of the table, which is left out.
        name: Of the table, as written.
        opening: From the name to the parenthesis, which is included.
        columns: In order.
        constraints: In order.
        closing: The parenthesis and what follows: STRICT, WITHOUT ROWID.
    """

    head: str
    name: str
    opening: str
    columns: tuple[Column, ...]
    constraints: tuple[TableConstraint, ...] = ()
    closing: str = ")"

    @property
    def text(self) -> str:
        """The statement."""
        items = [*(column.text for column in self.columns), *(each.text for each in self.constraints)]
        return f"{self.head}{self.name}{self.opening}{_listed(items)}{self.closing}"

    @property
    def options(self) -> frozenset[str]:
        """``"STRICT"`` and ``"WITHOUT ROWID"``, those that it has."""
        words = [piece.word for piece in meaningful(tokens(self.closing))]
        found = {"STRICT"} if "STRICT" in words else set()
        return frozenset(found | ({"WITHOUT ROWID"} if "ROWID" in words else set()))

    def column(self, name: str) -> Column | None:
        """Return a column, or None."""
        return next((column for column in self.columns if same(column.name, name)), None)

    def no_column(self, operation: str, table: str, name: str) -> errors.batch.ColumnNotFound:
        """Return the error that an operation names a column that is not there."""
        known = [column.name for column in self.columns]
        return errors.batch.ColumnNotFound(operation, table, name, closest(name, known))

    def with_columns(self, columns: Iterable[Column]) -> TableDefinition:
        """Return the table with other columns."""
        return self._replace(columns=tuple(columns))

    def with_constraints(self, constraints: Iterable[TableConstraint]) -> TableDefinition:
        """Return the table with other constraints."""
        return self._replace(constraints=tuple(constraints))


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


def _listed(items: Sequence[str]) -> str:
    # A comment to the end of the line would swallow the comma, or the parenthesis.
    closed = [f"{item}\n" if _ends_in_comment(item) else item for item in items]
    return ",".join(closed)


def _ends_in_comment(text: str) -> bool:
    last = text.rpartition("\n")[2]
    if "--" not in last:
        return False
    pieces = tokens(text)
    return bool(pieces) and pieces[-1].kind == "comment" and pieces[-1].text.startswith("--")
