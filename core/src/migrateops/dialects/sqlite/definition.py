"""A CREATE TABLE statement taken apart, so that one thing in it can be changed and the rest stays.

The database keeps the text that a table was created with.  What it says cannot be had back from any
catalog in full (collations, CHECK constraints, conflict clauses, comments), so a table that is built
anew is built from its text.  Grammar: https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Literal

from migrateops.dialects.sqlite.tokens import Token, joined, meaningful, split, tokens

Kind = Literal[
    "primary key", "not null", "null", "unique", "check", "default", "collate", "references", "generated"
]
TableKind = Literal["primary key", "unique", "check", "foreign key"]

_FIRST_WORDS: dict[str, Kind] = {
    "PRIMARY": "primary key",
    "NOT": "not null",
    "NULL": "null",
    "UNIQUE": "unique",
    "CHECK": "check",
    "DEFAULT": "default",
    "COLLATE": "collate",
    "REFERENCES": "references",
    "GENERATED": "generated",
    "AS": "generated",
}
_TABLE_WORDS: dict[str, TableKind] = {
    "PRIMARY": "primary key",
    "UNIQUE": "unique",
    "CHECK": "check",
    "FOREIGN": "foreign key",
}

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class Unreadable(Exception):
    """The text is no CREATE TABLE of the form that is understood; *args* say where."""


def same(one: str, other: str) -> bool:
    """Say whether two names are the same to SQLite, which folds the letters of ASCII."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return name.translate(_LOWER)


@dataclass(frozen=True)
class ColumnConstraint:
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


@dataclass(frozen=True)
class Column:
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
        return replace(self, constraints=tuple(each for each in self.constraints if each.kind not in kinds))

    def with_type(self, type_: str) -> Column:
        """Return the column with another declared type."""
        return replace(self, type=f" {type_}" if type_ else "")

    def with_constraint(self, kind: Kind, text: str) -> Column:
        """Return the column with a constraint in place of those of its kind, or behind the others."""
        new = ColumnConstraint(kind, None, f" {text}")
        found = [index for index, each in enumerate(self.constraints) if each.kind == kind]
        at = found[0] if found else len(self.constraints)
        kept = [each for each in self.constraints if each.kind != kind]
        return replace(self, constraints=(*kept[:at], new, *kept[at:]))


@dataclass(frozen=True)
class TableConstraint:
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


@dataclass(frozen=True)
class TableDefinition:
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

    def with_columns(self, columns: Iterable[Column]) -> TableDefinition:
        """Return the table with other columns."""
        return replace(self, columns=tuple(columns))

    def with_constraints(self, constraints: Iterable[TableConstraint]) -> TableDefinition:
        """Return the table with other constraints."""
        return replace(self, constraints=tuple(constraints))


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


@lru_cache(maxsize=8)
def parse(text: str) -> TableDefinition:
    """Take apart a CREATE TABLE statement.

    Raises:
        Unreadable: It is something else, such as CREATE TABLE .. AS SELECT or a virtual table.
    """
    pieces = tokens(text)
    name_at = _name_at(pieces)
    opening_at = next(
        (at for at in range(name_at + 1, len(pieces)) if not pieces[at].blank),
        len(pieces),
    )
    if opening_at == len(pieces) or pieces[opening_at].text != "(":
        raise Unreadable("there is no list of columns")
    closing_at = _partner(pieces, opening_at)
    columns: list[Column] = []
    constraints: list[TableConstraint] = []
    # A comma between table constraints may be left out, so what looks like one item may be several.
    for item in split(pieces[opening_at + 1 : closing_at]):
        if not columns or not (constraints or _is_table_constraint(item)):
            columns.append(_column(item))
        else:
            constraints += _table_constraints(item)
    return TableDefinition(
        head=joined(pieces[:name_at]),
        name=pieces[name_at].text,
        opening=joined(pieces[name_at + 1 : opening_at + 1]),
        columns=tuple(columns),
        constraints=tuple(constraints),
        closing=joined(pieces[closing_at:]),
    )


def column(text: str) -> Column:
    """Take apart the definition of one column: what stands between two commas."""
    return _column(tokens(text))


def constraint(text: str) -> TableConstraint:
    """Take apart one constraint of a table."""
    (found,) = _table_constraints(tokens(text))
    return found


# ----------------------------------------------------------------------------------- the parts


def _name_at(pieces: Sequence[Token]) -> int:
    """Return where the table's name is, behind the schema that may be in front of it."""
    words = [(at, piece) for at, piece in enumerate(pieces) if not piece.blank]
    if not words or words[0][1].word != "CREATE":
        raise Unreadable("it does not begin with CREATE")
    rest = words[1:]
    if rest and rest[0][1].word in ("TEMP", "TEMPORARY"):
        rest = rest[1:]
    if not rest or rest[0][1].word != "TABLE":
        raise Unreadable("it creates no ordinary table")
    rest = rest[1:]
    if [piece.word for _, piece in rest[:3]] == ["IF", "NOT", "EXISTS"]:
        rest = rest[3:]
    if len(rest) > 2 and rest[1][1].text == ".":
        rest = rest[2:]
    if not rest:
        raise Unreadable("it has no name")
    return rest[0][0]


def _partner(pieces: Sequence[Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(pieces)):
        depth += (pieces[at].text == "(") - (pieces[at].text == ")")
        if not depth:
            return at
    raise Unreadable("a parenthesis is not closed")


def _is_table_constraint(item: Sequence[Token]) -> bool:
    first = next((piece for piece in item if not piece.blank), None)
    return first is not None and first.word in ("CONSTRAINT", *_TABLE_WORDS)


def _column(item: Sequence[Token]) -> Column:
    at = next((at for at, piece in enumerate(item) if not piece.blank), None)
    if at is None:
        raise Unreadable("a column has no name")
    starts = _constraint_starts(item, at + 1)
    end = len(item)
    while end > at + 1 and item[end - 1].blank:
        end -= 1
    # Blanks and comments belong to what follows them.
    first = _with_blanks(item, starts[0], at + 1) if starts else end
    bounds = [_with_blanks(item, start, at + 1) for start in starts] + [end]
    constraints = tuple(_column_constraint(item[start:stop]) for start, stop in pairwise(bounds))
    return Column(
        name=item[at].name,
        lead=joined(item[: at + 1]),
        type=joined(item[at + 1 : first]),
        constraints=constraints,
        trail=joined(item[end:]),
    )


def _with_blanks(item: Sequence[Token], start: int, least: int) -> int:
    while start > least and item[start - 1].blank:
        start -= 1
    return start


def _constraint_starts(item: Sequence[Token], begin: int) -> list[int]:
    """Return where constraints of a column begin; a name counts to the constraint that it names."""
    starts: list[int] = []
    depth = 0
    named = False
    previous: list[str] = []
    at = begin
    while at < len(item):
        piece = item[at]
        depth += (piece.text == "(") - (piece.text == ")")
        if piece.blank or depth or piece.text == ")":
            at += 1
            continue
        word = piece.word
        if word == "CONSTRAINT":
            starts.append(at)
            named = True
            at = _next(item, at) + 1  # behind its name, which may look like a keyword
            previous = []
            continue
        if word in _FIRST_WORDS and _begins(word, item, at, previous):
            if not named:
                starts.append(at)
            named = False
            previous = [word]
            if word in ("DEFAULT", "COLLATE"):
                at = _next(item, at)  # what follows is a value or a name, even if it looks like a keyword
                depth += item[at].text == "(" if at < len(item) else 0
        elif word or piece.kind == "quoted":
            previous.append(word)
        at += 1
    return starts


def _next(item: Sequence[Token], at: int) -> int:
    at += 1
    while at < len(item) and item[at].blank:
        at += 1
    return at


def _begins(word: str, item: Sequence[Token], at: int, previous: Sequence[str]) -> bool:
    """Say whether a word begins a constraint, and is no part of the one before it."""
    if word == "NOT":
        following = _next(item, at)
        return following < len(item) and item[following].word == "NULL"
    if word == "NULL":
        return not (previous and previous[-1] in ("NOT", "SET"))
    if word == "DEFAULT":
        return not (previous and previous[-1] == "SET")
    if word == "AS":
        return not (previous and previous[-1] == "ALWAYS")
    return True


def _column_constraint(item: Sequence[Token]) -> ColumnConstraint:
    words = meaningful(item)
    name = None
    if words[0].word == "CONSTRAINT":
        name = words[1].name
        words = words[2:]
    if not words or words[0].word not in _FIRST_WORDS:
        raise Unreadable(f"{joined(item).strip()!r} is no constraint of a column")
    return ColumnConstraint(_FIRST_WORDS[words[0].word], name, joined(item))


def _table_constraints(item: Sequence[Token]) -> list[TableConstraint]:
    starts: list[int] = []
    depth = 0
    named = False
    at = 0
    while at < len(item):
        piece = item[at]
        depth += (piece.text == "(") - (piece.text == ")")
        if not depth and piece.word == "CONSTRAINT":
            starts.append(at)
            named = True
            at = _next(item, at)
        elif not depth and piece.word in _TABLE_WORDS:
            if not named:
                starts.append(at)
            named = False
        at += 1
    if not starts:
        raise Unreadable(f"{joined(item).strip()!r} is no constraint of a table")
    bounds = [0, *starts[1:], len(item)]
    return [_table_constraint(item[start:stop]) for start, stop in pairwise(bounds)]


def _table_constraint(item: Sequence[Token]) -> TableConstraint:
    words = meaningful(item)
    name = None
    if words[0].word == "CONSTRAINT":
        name = words[1].name
        words = words[2:]
    if not words or words[0].word not in _TABLE_WORDS:
        raise Unreadable(f"{joined(item).strip()!r} is no constraint of a table")
    kind = _TABLE_WORDS[words[0].word]
    columns: tuple[str, ...] = ()
    if kind != "check":
        opening = next(at for at, piece in enumerate(words) if piece.text == "(")
        inside = words[opening + 1 : _partner(words, opening)]
        columns = tuple(part[0].name for part in split(inside) if part)
    return TableConstraint(kind, name, columns, joined(item))
