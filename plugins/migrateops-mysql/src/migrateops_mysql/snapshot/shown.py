"""What SHOW CREATE TABLE says, in the rows in which the catalog says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrateops_mysql.definition import CreateTable, Definition, Token, parse, tokens, unquoted
from migrateops_mysql.snapshot.catalog import ColumnRow, Found, PartRow, TableRow

_COLLATE = re.compile(r"\bCOLLATE\s+(\w+)", re.IGNORECASE)
_UNIQUE, _OTHER = 0, 1


def rows(shown: CreateTable, schema: str, name: str) -> Found:
    """Return the rows of a table, without foreign keys and options.

    Args:
        shown: What the server says.
        schema: Schema of the table, unquoted.
        name: Name of the table, unquoted.
    """
    which = (schema, name)
    columns: list[ColumnRow] = []
    parts: list[PartRow] = []
    checks: list[tuple[str, str]] = []
    for item, rest in shown.items:
        if item is not None:
            column = parse(rest, backslashes=shown.backslashes)
            columns.append(_column(item, column))
            if column.check:
                checks.append((item, _bracketed(column.check)))
            continue
        words = list(tokens(rest, backslashes=shown.backslashes))
        kinds = [word.text.upper() for word in words[:3]]
        if kinds[0] == "CONSTRAINT" and kinds[2] == "CHECK":
            checks.append((unquoted(words[1].text), _bracketed(rest[words[2].start :])))
        elif "KEY" in kinds and kinds[0] != "CONSTRAINT":
            parts += _parts(rest, words)
    table = TableRow(schema, name, None, None, None, None, "", "BASE TABLE", 0)
    return Found([table], {which: columns}, {which: parts}, {}, {}, {which: checks})


def _column(name: str, column: Definition) -> ColumnRow:
    collation = _COLLATE.search(column.charset)
    extra = [column.generated]
    if column.auto_increment:
        extra.append("auto_increment")
    if column.on_update is not None:
        extra.append(f"on update {column.on_update}")
    # As SQL, whichever server it is.
    extra.append("default_generated")
    return ColumnRow(
        name,
        column.type,
        "YES" if column.nullable else "NO",
        column.default,
        collation[1] if collation else None,
        " ".join(extra),
        _bracketed(column.generated) if column.generated else None,
        "",
    )


def _bracketed(text: str) -> str:
    """Return what stands in the brackets of ``CHECK (..)`` or ``GENERATED ALWAYS AS (..) STORED``."""
    return text[text.index("(") + 1 : text.rindex(")")]


def _parts(text: str, words: list[Token]) -> Iterator[PartRow]:
    index = "PRIMARY"
    before = [word for word in words if word.depth == 0]
    names = [word.text for word in before if word.kind == "name"]
    if names:
        index = unquoted(names[0])
    not_unique = _UNIQUE if before[0].text.upper() in ("PRIMARY", "UNIQUE") else _OTHER
    start = next(word.end for word in before if word.text == "(")
    end = next(word.start for word in before if word.text == ")")
    inner = [word for word in words if start <= word.start < end]
    one: list[Token] = []
    for word in [*inner, None]:
        if word is not None and not (word.depth == 1 and word.text == ","):
            one.append(word)
            continue
        yield _part(text, index, not_unique, one)
        one = []


def _part(text: str, index: str, not_unique: int, words: list[Token]) -> PartRow:
    order = "D" if words[-1].text.upper() == "DESC" else None
    if words[0].kind != "name":
        last = next(word for word in reversed(words) if word.text == ")")
        return PartRow(index, not_unique, "BTREE", None, None, order, text[words[0].start : last.end])
    length = int(words[2].text) if len(words) > 3 and words[1].text == "(" else None
    return PartRow(index, not_unique, "BTREE", unquoted(words[0].text), length, order, None)
