"""What the text of CREATE TABLE says, and the pragmas do not: constraints, collations, generated columns.

Most tables are written plainly, and are read with a few regular expressions; what is not understood
by them is taken apart token by token first.  Reading a thousand tables must not take a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrateops.dialects.sqlite.batch import parsing
from migrateops.dialects.sqlite.batch.parsing import Unreadable
from migrateops.dialects.sqlite.batch.tokens import Token, inside, meaningful, split, tokens
from migrateops.dialects.sqlite.snapshot.canonical import expression_text, pieces_text
from migrateops.dialects.sqlite.statements import quoted, unquoted
from migrateops.snapshot.records import CheckRecord, ForeignKeyRecord, KeyRecord, Options

_STRUCTURE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z)|[(),]""", re.DOTALL
)
_WORD_OF_ITEM = re.compile(
    r"\b(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|REFERENCES|COLLATE|GENERATED|AS|CONFLICT)\b", re.IGNORECASE
)
_STARTS_CONSTRAINT = re.compile(r"\b(?:PRIMARY|UNIQUE|CHECK|FOREIGN)\b", re.IGNORECASE)
_OF_TABLE = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)\b", re.IGNORECASE | re.DOTALL
)
_NAME = r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)'
_LIST = r'(?:"(?:[^"]|"")*"|[^()"])*'
_NAMED = rf"\s*(?:CONSTRAINT\s+(?P<name>{_NAME})\s*)?"
_CONFLICT = r"(?:\s*ON\s+CONFLICT\s+(?P<conflict>\w+))?\s*"
_KEY = re.compile(
    rf"{_NAMED}(?P<kind>PRIMARY\s+KEY|UNIQUE)\s*\((?P<columns>.*)\){_CONFLICT}", re.IGNORECASE | re.DOTALL
)
_CHECK = re.compile(rf"{_NAMED}CHECK\s*(?P<expression>\(.*\)){_CONFLICT}", re.IGNORECASE | re.DOTALL)
_FOREIGN_KEY = re.compile(
    rf"{_NAMED}FOREIGN\s+KEY\s*\((?P<columns>{_LIST})\)\s*REFERENCES\s+(?P<table>{_NAME})\s*"
    rf"(?:\((?P<referred>{_LIST})\))?(?P<rest>[\w\s]*)",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"\bON\s+(DELETE|UPDATE)\s+(CASCADE|RESTRICT|SET\s+NULL|SET\s+DEFAULT|NO\s+ACTION)", re.IGNORECASE
)
_MATCH = re.compile(r"\bMATCH\s+(FULL|PARTIAL)", re.IGNORECASE)
_DEFERRABLE = re.compile(r"(?<!NOT)\s+DEFERRABLE\b", re.IGNORECASE)
_DEFERRED = re.compile(r"\bINITIALLY\s+DEFERRED\b", re.IGNORECASE)


@dataclass
class Said:
    """What the text of a table says.

    Names of columns are as written, which may be in another case than where they are defined.

    Attributes:
        primary_key: The primary key, if the text has one.
        unique, foreign_keys, checks: As in its record, in the order of the text; a foreign key that
            names no columns has none.
        collations: By column, as written.
        generated: Expressions of generated columns, by column.
        autoincrement: Whether the primary key numbers its rows without using a number again.
        descending: Whether the column of the primary key is DESC, which is then no alias of the rowid.
        not_null: What is done about NULL instead of an error, by column.
        options: Of the table.
    """

    primary_key: KeyRecord | None = None
    unique: list[KeyRecord] = field(default_factory=list)
    foreign_keys: list[ForeignKeyRecord] = field(default_factory=list)
    checks: list[CheckRecord] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    autoincrement: bool = False
    descending: bool = False
    not_null: dict[str, str] = field(default_factory=dict)
    options: Options = ()

    @property
    def of_columns(self) -> bool:
        """Whether it says something of a column that the pragma does not."""
        return bool(self.collations or self.generated or self.not_null)


def read(sql: str, schema: str | None) -> Said:
    """Return what the text of a table says; nothing where it creates no ordinary table.

    Args:
        sql: The text of CREATE TABLE.
        schema: The schema of the table, as records have it; foreign keys do not leave it.
    """
    said = Said()
    try:
        items, closing = _items(sql)
        said.options = _options(closing)
        for item in items:
            if _WORD_OF_ITEM.search(item) is None:
                continue
            if _OF_TABLE.match(item) is None:
                _column(said, item, schema)
            elif len(_STARTS_CONSTRAINT.findall(item)) > 1 or not _constraint(said, item, schema):
                for constraint in parsing.constraints(item):
                    _constraint(said, _plain(constraint.pieces), schema)
    except Unreadable:
        return Said()
    return said


def _items(sql: str) -> tuple[list[str], str]:
    """Return what stands between the commas, and what stands behind the list."""
    items: list[str] = []
    depth = start = 0
    for found in _STRUCTURE.finditer(sql):
        mark = found[0]
        if mark == ",":
            if depth == 1:
                items.append(sql[start : found.start()])
                start = found.end()
        elif mark == "(":
            depth += 1
            if depth == 1:
                start = found.end()
        elif mark == ")":
            depth -= 1
            if not depth:
                items.append(sql[start : found.start()])
                return items, sql[found.end() :]
    raise Unreadable("there is no list of columns")


def _options(closing: str) -> Options:
    if not closing:
        return ()
    words = {piece.word for piece in tokens(closing)}
    strict = (("strict", "true"),) if "STRICT" in words else ()
    return (*strict, ("with_rowid", "false")) if "ROWID" in words else strict


def _plain(pieces: Sequence[Token]) -> str:
    """Return the text of a constraint as most people would have written it."""
    return " ".join(quoted(piece.name) if piece.kind == "quoted" else piece.text for piece in pieces)


# -- constraints of the table -------------------------------------------------------------------
def _constraint(said: Said, text: str, schema: str | None) -> bool:
    """Add one constraint, and say whether its text was understood."""
    if found := _KEY.fullmatch(text):
        conflict = _conflict(found["conflict"])
        record = KeyRecord(_unquoted(found["name"]), _names(found["columns"]), options=conflict)
        if found["kind"][0] in "Uu":
            said.unique.append(record)
        else:
            said.primary_key = record
            said.autoincrement |= "AUTOINCREMENT" in found["columns"].upper()
    elif found := _FOREIGN_KEY.fullmatch(text):
        said.foreign_keys.append(_foreign_key(found, schema))
    elif found := _CHECK.fullmatch(text):
        said.checks.append(CheckRecord(_unquoted(found["name"]), expression_text(found["expression"])))
    else:
        return False
    return True


def _foreign_key(found: re.Match[str], schema: str | None) -> ForeignKeyRecord:
    rest = found["rest"]
    actions: Mapping[str, str] = {}
    deferrable = deferred = False
    match = None
    if rest and not rest.isspace():
        actions = {where.upper(): " ".join(what.lower().split()) for where, what in _ACTION.findall(rest)}
        deferrable = _DEFERRABLE.search(" ".join(rest.split()).join("  ")) is not None
        deferred = deferrable and _DEFERRED.search(rest) is not None
        matched = _MATCH.search(rest)
        match = matched[1].lower() if matched else None
    return ForeignKeyRecord(
        _unquoted(found["name"]),
        _names(found["columns"]),
        schema,
        unquoted(found["table"]),
        _names(found["referred"]) if found["referred"] is not None else (),
        onupdate=_action(actions.get("UPDATE")),
        ondelete=_action(actions.get("DELETE")),
        deferrable=deferrable,
        initially="deferred" if deferred else None,
        match=match,
    )


def _action(written: str | None) -> str | None:
    return None if written == "no action" else written


def _unquoted(name: str | None) -> str | None:
    return unquoted(name) if name is not None else None


def _conflict(written: str | None) -> Options:
    # ABORT is what happens anyway.
    return (("on_conflict", written.upper()),) if written and written.upper() != "ABORT" else ()


def _names(listed: str) -> tuple[str, ...]:
    if '"' in listed or "[" in listed or "`" in listed or "(" in listed or "'" in listed:
        return tuple(part[0].name for part in map(meaningful, split(tokens(listed))) if part)
    return tuple([part.split(None, 1)[0] for part in listed.split(",")])


# -- columns ------------------------------------------------------------------------------------
def _column(said: Said, item: str, schema: str | None) -> None:
    column = parsing.column(item)
    for constraint in column.constraints:
        pieces = constraint.pieces[2:] if constraint.name is not None else constraint.pieces
        conflict = _conflict(_behind(pieces, "CONFLICT"))
        match constraint.kind:
            case "primary key":
                said.primary_key = KeyRecord(constraint.name, (column.name,), options=conflict)
                words = [piece.word for piece in pieces]
                said.autoincrement |= "AUTOINCREMENT" in words
                said.descending |= "DESC" in words
            case "unique":
                said.unique.append(KeyRecord(constraint.name, (column.name,), options=conflict))
            case "not null":
                if conflict:
                    said.not_null[column.name] = conflict[0][1]
            case "check":
                said.checks.append(CheckRecord(constraint.name, pieces_text(_expression(pieces))))
            case "generated":
                said.generated[column.name] = pieces_text(_expression(pieces))
            case "collate":
                said.collations[column.name] = pieces[1].name
            case "references":
                named = f"CONSTRAINT {quoted(constraint.name)} " if constraint.name is not None else ""
                _constraint(said, f"{named}FOREIGN KEY ({quoted(column.name)}) {_plain(pieces)}", schema)
            case "default" | "null":
                pass  # which the pragma says


def _behind(pieces: Sequence[Token], word: str) -> str | None:
    found: Iterator[int] = (at for at, piece in enumerate(pieces) if piece.word == word)
    at = next(found, None)
    return pieces[at + 1].text if at is not None and at + 1 < len(pieces) else None


def _expression(pieces: Sequence[Token]) -> list[Token]:
    """Return the expression of CHECK or AS, without what stands behind its bracket."""
    listed = inside(pieces)
    while listed and listed[-1].text != ")":
        listed.pop()
    return listed
