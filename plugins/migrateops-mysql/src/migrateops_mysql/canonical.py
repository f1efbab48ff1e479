"""Types, defaults and expressions in the form in which equal ones agree, the server's and the models'.

The servers write back what they have understood: types under names of their own, names in backquotes,
brackets around operations, and MySQL a character set before each string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB, RESERVED_WORDS_MYSQL

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

# -- types ------------------------------------------------------------------------------------
_NAMES = {
    "integer": "int",
    "int4": "int",
    "int8": "bigint",
    "bool": "tinyint(1)",
    "boolean": "tinyint(1)",
    "numeric": "decimal",
    "dec": "decimal",
    "fixed": "decimal",
    "real": "double",
    "double precision": "double",
    "character varying": "varchar",
    "national varchar": "varchar",
    "nvarchar": "varchar",
    "national char": "char",
    "nchar": "char",
}
_WIDTHS = {"char": "(1)", "bit": "(1)", "binary": "(1)", "decimal": "(10)", "year": "(4)"}
_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_TYPE = re.compile(r"(?P<name>[a-z0-9_ ]+?) ?(?P<size>\([^)]*\))?(?P<rest> .*)?")
JSON = "longtext character set utf8mb4 collate utf8mb4_bin"
"""What MariaDB makes of JSON; it adds a CHECK."""


def type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return the text of a type of SQLAlchemy's."""
    text = type_.compile(dialect=dialect)
    return JSON if text == "JSON" and getattr(dialect, "is_mariadb", False) else type_name(text)


def type_name(text: str) -> str:
    """Return a type as SQL has it, under one of its names, and without a width that says nothing."""
    listed = re.match(r"\s*(ENUM|SET)\s*\(", text, re.IGNORECASE)
    if listed:
        # The values are of the user's choice, and in the user's case.
        end = text.rindex(")") + 1
        values = text[listed.end() : end]
        return f"{listed[1].lower()}({values}{text[end:].lower()}"
    plain = " ".join(text.lower().split())
    found = _TYPE.fullmatch(plain)
    if found is None:
        return plain
    name, size, rest = found["name"].strip(), (found["size"] or "").replace(" ", ""), found["rest"] or ""
    return _sized(name, size, rest)


def _sized(name: str, size: str, rest: str) -> str:
    name, space, attributes = name.partition(" ")
    if space and f"{name} {attributes}" in _NAMES:
        name, attributes = f"{name} {attributes}", ""
    elif attributes:
        rest = f" {attributes}{rest}"
    known = _NAMES.get(name, name)
    if known.endswith(")"):
        return known
    if known in _INTEGERS and not (known == "tinyint" and size == "(1)") and "zerofill" not in rest:
        size = ""
    if known == "float" and size and "," not in size:
        known, size = ("float" if int(size[1:-1]) <= 24 else "double"), ""
    if known == "decimal" and size.endswith(",0)"):
        size = f"{size[:-3]})"
    if known in ("datetime", "timestamp", "time") and size == "(0)":
        size = ""
    return f"{known}{size or _WIDTHS.get(known, '')}{rest}"


# -- defaults ---------------------------------------------------------------------------------
_NUMBER = re.compile(r"'([+-]?\d+(?:\.\d+)?)'")
_NOW = re.compile(r"\b(?:current_timestamp|now|localtimestamp|localtime)\b(?: \( (\d*) ?\))?")


def default_text(text: str | None) -> str | None:
    """Return a default's text; NULL is none, and a number in quotes is one without."""
    if text is None:
        return None
    written = expression_text(text)
    if written == "null":
        return None
    number = _NUMBER.fullmatch(written)
    if number:
        return number[1]
    written = {"true": "1", "false": "0"}.get(written, written)
    if written.startswith("'"):
        return written
    return _NOW.sub(lambda found: f"current_timestamp({found[1] or ''})", written)


# -- expressions ------------------------------------------------------------------------------
# A word begins with a letter, _, @ or anything beyond ASCII; a range of that takes long to compile.
_TOKEN = re.compile(
    r"""(?P<introducer>_[a-z0-9]+(?=\s*'))
      | (?P<string>[bxn]?'(?:[^'\\]|''|\\.)*')
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<number>\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)
      | (?P<word>[^\x00-?\[-^`{-\x7f][\w$@]*)
      | (?P<mark>[(),;.])
      | (?P<operator><=>|<>|!=|<=|>=|:=|\|\||&&|<<|>>|->>|->|[-+*/<>=~!%^&|:])""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_WORDS = RESERVED_WORDS_MARIADB | RESERVED_WORDS_MYSQL
_SAME = {
    "!=": "<>",
    "&&": "and",
    "mod": "%",
    "octet_length": "length",
    "character_length": "char_length",
    "lcase": "lower",
    "ucase": "upper",
}
_LEVELS = (
    (1, "or xor"),
    (2, "and"),
    (3, "not"),
    (4, "between case when then else"),
    (5, "= <=> >= > <= < <> is like regexp rlike in"),
    (6, "|"),
    (7, "&"),
    (8, "<< >>"),
    (9, "- +"),
    (10, "* / div %"),
    (11, "^"),
)
_PRECEDENCE = {word: level for level, words in _LEVELS for word in words.split()}
_TIGHT = 12
# Brackets after these are around an operand, not around arguments.
_BEFORE_OPERAND = frozenset({*_PRECEDENCE, "return", "interval", "distinct", "end"}) - {"in"}
_ROWS = frozenset({",", "select", "case", "interval"})


def expression_text(text: str) -> str:
    """Return an expression with one blank between its parts, without what the server adds.

    What cannot be read is returned as it is, its blanks apart.
    """
    tokens = _tokens(text)
    return " ".join(text.split()) if tokens is None else " ".join(_without_brackets(tokens))


def _tokens(text: str) -> list[str] | None:
    tokens: list[str] = []
    depth, position, end = 0, 0, len(text.rstrip())
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(text, position)
        if found is None:
            return None
        token, position = found[0], found.end()
        if found.lastgroup == "introducer":
            continue
        if found.lastgroup == "quoted":
            name = token[1:-1].replace("``", "`").lower()
            # Names of columns are the same in either case; words of SQL need their quotes.
            token = name if name.replace("_", "a").isalnum() and name not in _WORDS else token.lower()
        elif found.lastgroup != "string":
            token = token.lower()
            token = _SAME.get(token, token)
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth < 0:
            return None
        tokens.append(token)
    return tokens if depth == 0 else None


def _without_brackets(tokens: list[str]) -> list[str]:
    """Return tokens without the round brackets that change nothing."""
    written: list[str] = []
    position = 0
    while position < len(tokens):
        if tokens[position] != "(":
            written.append(tokens[position])
            position += 1
            continue
        end = _closing(tokens, position)
        inner = _without_brackets(tokens[position + 1 : end])
        before = written[-1] if written else None
        after = tokens[end + 1] if end + 1 < len(tokens) else None
        if _is_group(before) and _needless(inner, before, after):
            written += inner
        else:
            written += ["(", *inner, ")"]
        position = end + 1
    return written


def _closing(tokens: list[str], start: int) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[position], 0)
        if depth == 0:
            return position
    return len(tokens) - 1


def _is_group(before: str | None) -> bool:
    return before is None or before in _BEFORE_OPERAND or not (before[0].isalnum() or before[0] in "_@`')")


def _needless(inner: list[str], before: str | None, after: str | None) -> bool:
    depth, top = 0, []
    for token in inner:
        depth -= token == ")"
        if depth == 0:
            top.append(token)
        depth += token == "("
    if not top:
        return False
    if _ROWS.intersection(top):
        return before is None and after is None
    binding = min((_PRECEDENCE[token] for token in top if token in _PRECEDENCE), default=_TIGHT + 1)
    left, right = _beside(before), _beside(after)
    if binding > max(left, right):
        return True
    # Of one operator in a row, AND and OR may be grouped in any way; + and the like from the left.
    if binding in (1, 2) and max(left, right) == binding:
        return {token for token in (before, after) if token is not None and _beside(token)} <= {
            token for token in top if token in _PRECEDENCE
        }
    return left < binding == right and binding in (9, 10)


def _beside(token: str | None) -> int:
    """Return how tightly a neighbour takes hold of a group."""
    if token is None or token in ("(", ")", ",", "when", "then", "else", "end", "case"):
        return 0
    return _PRECEDENCE.get(token, _TIGHT)
