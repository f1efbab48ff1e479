"""Taking apart a CREATE TABLE statement; grammar: https://www.sqlite.org/lang_createtable.html"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from migrateops.dialects.sqlite.batch.definition import (
    Column,
    ColumnConstraint,
    Kind,
    TableConstraint,
    TableDefinition,
    TableKind,
)
from migrateops.dialects.sqlite.batch.tokens import Token, joined, meaningful, split, tokens

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


class Unreadable(Exception):
    """The text is no CREATE TABLE of the form that is understood; *args* say where."""


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


def constraints(text: str) -> list[TableConstraint]:
    """Take apart what stands between two commas behind the columns, often more than one constraint."""
    return _table_constraints(tokens(text))


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
