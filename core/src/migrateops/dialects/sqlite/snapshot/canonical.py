"""Types, defaults and expressions in the form in which equal ones agree.

The database keeps texts as they were written, so what makes two of them differ is only how
somebody wrote them: letters in upper or lower case, blanks, quotes that a name does not need.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from migrateops.dialects.sqlite.batch.tokens import Token, meaningful, tokens

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPE_COLLATION = re.compile(r"\s+COLLATE\s+.*\Z", re.IGNORECASE | re.DOTALL)
_RESERVED = SQLiteIdentifierPreparer.reserved_words
_SAME_OPERATOR = {"==": "=", "!=": "<>"}
# Behind these a bracket opens a group or a list; behind any other word the arguments of a function.
_BEFORE_GROUP = frozenset(
    {
        "all",
        "and",
        "as",
        "between",
        "by",
        "case",
        "check",
        "collate",
        "default",
        "distinct",
        "else",
        "end",
        "escape",
        "exists",
        "from",
        "generated",
        "glob",
        "having",
        "in",
        "is",
        "like",
        "limit",
        "match",
        "not",
        "or",
        "regexp",
        "select",
        "then",
        "using",
        "values",
        "when",
        "where",
    }
)


@lru_cache(maxsize=4096)
def type_text(text: str) -> str:
    """Return a declared type in lower case, without collation and needless blanks."""
    if text.isalnum():
        return text.lower()
    return _written([piece.text.lower() for piece in meaningful(tokens(_TYPE_COLLATION.sub("", text)))])


@lru_cache(maxsize=4096)
def default_text(text: str) -> str:
    """Return a default without the brackets around it; text in double quotes is a string here."""
    pieces = _unwrapped(meaningful(tokens(text)))
    if len(pieces) == 1 and pieces[0].kind == "quoted":
        return "'" + pieces[0].name.replace("'", "''") + "'"
    return pieces_text(pieces)


def default_in_ddl(text: str) -> str:
    """Return a default as it is written behind DEFAULT: in brackets, unless it is one word or literal."""
    pieces = meaningful(tokens(text))
    signed = len(pieces) == 2 and pieces[0].text in ("+", "-") and pieces[1].kind == "number"
    return text if len(pieces) < 2 or signed or _unwrapped(pieces) is not pieces else f"({text})"


@lru_cache(maxsize=4096)
def expression_text(text: str) -> str:
    """Return an expression with names in lower case, and quotes only where they are needed."""
    return pieces_text(_unwrapped(meaningful(tokens(text))))


def collation_text(name: str | None) -> str | None:
    """Return a collation in the case that is usual; None for that which a column has anyway."""
    upper = name.upper() if name is not None else None
    return None if upper == "BINARY" else upper


def pieces_text(pieces: Sequence[Token]) -> str:
    """Return what some pieces of an expression mean, as one text."""
    return _written([_piece_text(piece) for piece in _unwrapped(meaningful(pieces))])


def _piece_text(piece: Token) -> str:
    if piece.kind in ("word", "number"):
        return piece.text.lower()
    if piece.kind == "quoted":
        # Quotes do not make a name sensitive to case here.
        name = piece.name.lower()
        if _PLAIN_NAME.fullmatch(name) and name not in _RESERVED:
            return name
        return '"' + name.replace('"', '""') + '"'
    if piece.kind == "string" and piece.text[0] in "xX":
        return piece.text.lower()
    return _SAME_OPERATOR.get(piece.text, piece.text)


def _unwrapped(pieces: Sequence[Token]) -> Sequence[Token]:
    """Return an expression without the brackets that are around all of it."""
    while len(pieces) > 2 and pieces[0].text == "(" and pieces[-1].text == ")":
        depth = 0
        for at, piece in enumerate(pieces):
            depth += (piece.text == "(") - (piece.text == ")")
            if not depth and at < len(pieces) - 1:
                return pieces
        pieces = pieces[1:-1]
    return pieces


def _written(texts: Sequence[str]) -> str:
    written: list[str] = []
    before = "("
    for text in texts:
        called = text == "(" and (before[0].isalpha() or before[0] == "_") and before not in _BEFORE_GROUP
        if (
            written
            and not (text in ("(", ")", ",", ".") and (text != "(" or called))
            and before not in ("(", ".")
        ):
            written.append(" ")
        written.append(text)
        before = text
    return "".join(written)
