"""Indexes, read from their texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrateops.dialects.sqlite.batch.tokens import Token, meaningful, split, tokens
from migrateops.dialects.sqlite.snapshot.canonical import pieces_text
from migrateops.snapshot.records import IndexPartRecord, IndexRecord, Options

_NAME = r'(?:"[^"]*"|[^\W\d][\w$]*)'
_PLAIN = re.compile(
    rf"CREATE (?P<unique>UNIQUE )?INDEX {_NAME} ON {_NAME} \((?P<columns>[^\W\d][\w$]*(?:, [^\W\d][\w$]*)*)\)"
)


def read(name: str, sql: str) -> IndexRecord:
    """Return an index as its text says it; names of columns are as written.

    Args:
        name: Its name, unquoted.
        sql: The text of CREATE INDEX.
    """
    if found := _PLAIN.fullmatch(sql):
        parts = tuple([IndexPartRecord(column) for column in found["columns"].split(", ")])
        return IndexRecord(name, parts, unique=found["unique"] is not None)
    pieces = meaningful(tokens(sql))
    # CREATE [UNIQUE] INDEX name ON table (...): the database writes the words before the name itself.
    unique = pieces[1].word == "UNIQUE"
    opening = next(at for at, piece in enumerate(pieces) if at > 3 + unique and piece.text == "(")
    closing = _partner(pieces, opening)
    where = pieces[closing + 2 :]
    while where and where[-1].text == ";":
        where.pop()
    options: Options = (("where", pieces_text(where)),) if where else ()
    listed = tuple([_part(part) for part in split(pieces[opening + 1 : closing])])
    return IndexRecord(name, listed, unique=unique, options=options)


def _partner(pieces: Sequence[Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(pieces)):
        depth += (pieces[at].text == "(") - (pieces[at].text == ")")
        if not depth:
            return at
    return len(pieces)


def _part(pieces: list[Token]) -> IndexPartRecord:
    options: list[tuple[str, str]] = []
    if pieces[-1].word in ("ASC", "DESC") and pieces.pop().word == "DESC":
        options.append(("order", "desc"))
    if len(pieces) > 2 and pieces[-2].word == "COLLATE":
        collation = pieces.pop().name.upper()
        pieces.pop()
        options.insert(0, ("collation", collation))
    if len(pieces) == 1 and pieces[0].kind in ("word", "quoted"):
        return IndexPartRecord(pieces[0].name, options=tuple(options))
    return IndexPartRecord(pieces_text(pieces), expression=True, options=tuple(options))
