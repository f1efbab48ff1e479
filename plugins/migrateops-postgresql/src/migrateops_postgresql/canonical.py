"""Types, defaults and expressions in the form in which equal ones agree, the server's and the models'.

The server stores what it has understood, and writes that back: with casts after literals, with
brackets around each operation, and with IN as ``= ANY (ARRAY[..])``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import ARRAY, NamedType
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

# -- types ------------------------------------------------------------------------------------
_NAMES = {
    "decimal": "numeric",
    "dec": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "float4": "real",
    "float8": "double precision",
    "float": "double precision",
    "character varying": "varchar",
    "character": "char",
    "char": "char(1)",
    "bit": "bit(1)",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
}
_TYPE = re.compile(r"(?P<name>[a-z0-9_ ]+?)(?P<size> ?\([^)]*\))?(?P<rest>(?: with| without|\[).*)?")


def type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's text, in lower case and under one of the names that it has."""
    text = type_.compile(dialect=dialect)
    if _is_named(type_, dialect):
        # The name of an enum or a domain is of the user's choice, and in the user's case.
        own = dialect.default_schema_name
        return text.removeprefix(f"{dialect.identifier_preparer.quote_schema(own)}.") if own else text
    return type_name(text)


@lru_cache(maxsize=4096)
def type_name(text: str) -> str:
    """Return the name of a type that is no one's own in lower case, and under one that it has.

    Args:
        text: The type as it is written, by SQLAlchemy or by ``format_type``.
    """
    found = _TYPE.fullmatch(" ".join(text.lower().split()))
    if found is None:
        return text.lower()
    name, size, rest = found["name"].strip(), (found["size"] or "").replace(" ", ""), found["rest"] or ""
    if name == "float" and size:
        name, size = ("real" if int(size[1:-1]) <= 24 else "double precision"), ""
    if name in ("timestamp", "time") and rest.startswith(" with"):
        return f"{name}{size}{rest}"
    plain = _NAMES.get(name, name)
    if size and plain.endswith(")"):
        plain = plain.partition("(")[0]
    if plain == "numeric" and size.endswith(",0)"):
        size = f"{size[:-3]})"
    word, space, more = plain.partition(" ")
    sized = f"{word}{size}{space}{more}" if word in ("timestamp", "time") else f"{plain}{size}"
    return f"{sized}{rest}"


def _is_named(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    impl: Any = type_.dialect_impl(dialect)
    if isinstance(impl, TypeDecorator):
        return _is_named(impl.impl_instance, dialect)
    return isinstance(impl, NamedType) or (isinstance(impl, ARRAY) and _is_named(impl.item_type, dialect))


# -- expressions ------------------------------------------------------------------------------
# A word begins with a letter, _ or anything beyond ASCII; a range of that takes long to compile.
_TOKEN = re.compile(
    r"""(?P<string>E?'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)
      | (?P<word>[^\x00-@\[-^`{-\x7f][\w$]*)
      | (?P<cast>::)
      | (?P<mark>[()\[\],;.])
      | (?P<operator>[-+*/<>=~!@#%^&|`?:]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"'([+-]?)(\d+(?:\.\d+)?)'")
_TYPE_NAME = re.compile(
    r"""\s*(?:character\s+varying|double\s+precision|bit\s+varying
      |time(?:stamp)?(?:\s*\(\d+\))?\s+with(?:out)?\s+time\s+zone
      |(?:(?:"(?:[^"]|"")*"|[\w$]+)\s*\.\s*)?(?:"(?:[^"]|"")*"|[\w$]+))
      (?:\s*\([\d\s,]*\))?(?:\s*\[\d*\])*""",
    re.VERBOSE | re.IGNORECASE,
)
_TEXT_TYPE = re.compile(r"\s*(?:text|character\s+varying|varchar|bpchar)\b", re.IGNORECASE)
_LEVELS = (
    (1, "or"),
    (2, "and"),
    (3, "not"),
    (4, "is = < > <= >= <> !="),
    (5, "in like ilike between similar"),
    (7, "+ -"),
    (8, "* / %"),
    (9, "^"),
)
_PRECEDENCE = {word: level for level, words in _LEVELS for word in words.split()}
_OTHER_OPERATOR, _BOUND_TIGHTLY = 6, 12
_BEFORE_GROUP = frozenset(
    {*_PRECEDENCE, "when", "then", "else", "case", "null", "distinct", "from", "symmetric", "return"}
)
_OPEN_ENDED = frozenset({"when", "then", "else", "end", "case"})
_SELF_CONTAINED = frozenset({"case", "select", ",", "interval"})
# How the server writes them, and how people do.
_SAME = {
    "~~": ["like"],
    "!~~": ["not", "like"],
    "~~*": ["ilike"],
    "!~~*": ["not", "ilike"],
    "!=": ["<>"],
}
_TYPES_OF_LITERALS = frozenset({"interval", "date", "time", "timestamp"})
_ANY = re.compile(r"= any \( array \[ ([^\[\]]*) \] \)")
_ALL = re.compile(r"<> all \( array \[ ([^\[\]]*) \] \)")


@lru_cache(maxsize=4096)
def expression_text(text: str) -> str:
    """Return an expression with one blank between its parts, without what the server adds.

    Casts of literals and casts to text go, and so do brackets that change nothing.  What cannot be
    read is returned as it is, its blanks apart.
    """
    tokens = _tokens(text)
    if tokens is None:
        return " ".join(text.split())
    written = " ".join(_without_brackets(tokens))
    written = _ANY.sub(r"in ( \1 )", written)
    return _ALL.sub(r"not in ( \1 )", written)


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
        if found.lastgroup == "cast":
            named = _TYPE_NAME.match(text, position)
            if named is None:
                return None
            if tokens and (_is_literal(tokens[-1]) or _TEXT_TYPE.match(text, position)):
                position = named.end()
                continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        if depth < 0:
            return None
        if found.lastgroup == "string" and tokens and tokens[-1] in _TYPES_OF_LITERALS:
            # The server writes the type behind it, as a cast.
            tokens.pop()
        tokens += _SAME.get(token) or [token.lower() if found.lastgroup == "word" else token]
    return _numbers(tokens) if depth == 0 else None


def _is_literal(token: str) -> bool:
    # Words are in lower case by now: what begins with E is a string.
    return token[0] in "'0123456789E" or token == "null"


def _numbers(tokens: list[str]) -> list[str]:
    """Return tokens in which a number in quotes is one without, as the server writes either."""
    written: list[str] = []
    for token in tokens:
        found = _NUMBER.fullmatch(token)
        if found is None:
            written.append(token)
        else:
            written += [part for part in found.groups() if part]
    return written


def _without_brackets(tokens: list[str]) -> list[str]:
    """Return tokens without the round brackets that change nothing."""
    written: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token not in ("(", "["):
            written.append(token)
            position += 1
            continue
        end = _closing(tokens, position)
        inner = _without_brackets(tokens[position + 1 : end])
        before = written[-1] if written else None
        after = tokens[end + 1] if end + 1 < len(tokens) else None
        if token == "(" and _is_group(before) and _needless(inner, before, after):
            written += inner
        else:
            written += [token, *inner, tokens[end]]
        position = end + 1
    return written


def _closing(tokens: list[str], start: int) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(tokens[position], 0)
        if depth == 0:
            return position
    return len(tokens) - 1


def _is_group(before: str | None) -> bool:
    """Say whether a bracket after this token is around an operand, not around arguments."""
    if before is None or before in _BEFORE_GROUP - {"in"}:
        return True
    return not (before[0].isalnum() or before[0] in "_\"')]")


def _needless(inner: list[str], before: str | None, after: str | None) -> bool:
    level, top = 0, []
    for token in inner:
        level -= token in (")", "]")
        if level == 0:
            top.append(token)
        level += token in ("(", "[")
    if not top:
        return False
    if _SELF_CONTAINED.intersection(top):
        return before is None and after is None
    binding = min((_binding(token) for token in top if _is_operator(token)), default=_BOUND_TIGHTLY + 1)
    left, right = _beside(before), _beside(after)
    if binding > max(left, right):
        return True
    # Of one operator in a row, AND and OR may be grouped in any way; others from the left.
    around = {token for token in (before, after) if token is not None and _beside(token) == binding}
    if binding <= _PRECEDENCE["and"]:
        return max(left, right) == binding
    return left < binding == right and around.issubset({"+", "-", "*", "/"})


def _is_operator(token: str) -> bool:
    return token in _PRECEDENCE or token == "::" or token[0] in "-+*/<>=~!@#%^&|`?:"


def _binding(token: str) -> int:
    return _BOUND_TIGHTLY if token == "::" else _PRECEDENCE.get(token, _OTHER_OPERATOR)


def _beside(token: str | None) -> int:
    """Return how tightly a neighbour takes hold of a group."""
    if token is None or token in _OPEN_ENDED or token in (",", "(", "[", ")", "]"):
        return 0
    return _binding(token) if _is_operator(token) else _BOUND_TIGHTLY
