"""The text of a statement in pieces: what SQLite's own tokenizer tells apart.

https://www.sqlite.org/lang_keywords.html and https://www.sqlite.org/lang_expr.html say what a name,
a string and a comment are.  Joined again, the pieces are the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest
from string import ascii_lowercase, ascii_uppercase
from typing import Literal, NamedTuple

from migrateops.dialects.sqlite.statements import unquoted

Kind = Literal["space", "comment", "string", "quoted", "word", "number", "mark"]

# A word is told by the characters that it does not have: a range of all beyond ASCII takes long to compile.
_PIECES = re.compile(
    r"""(?P<space>[ \t\n\f\r\ufeff]+)
    |(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>[xX]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<number>0[xX][0-9A-Fa-f_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)
    |(?P<word>[^\x00-@\[-^`{-\x7f][^\x00-\x23%-/:-@\[-^`{-\x7f]*)
    |(?P<mark>\|\||<=|>=|<>|<<|>>|==|!=|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)


_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def folded(name: str) -> str:
    """Return a form of a name in which those agree that are the same to SQLite."""
    return name.translate(_LOWER)


def same(one: str, other: str) -> bool:
    """Say whether two names are the same to SQLite, which folds the letters of ASCII."""
    return one == other or folded(one) == folded(other)


class Token(NamedTuple):
    """One piece of a statement.

    Attributes:
        kind: ``quoted`` is a name in quotes, ``word`` a name or a keyword, ``mark`` any operator.
        text: As it is written.
    """

    kind: Kind
    text: str

    @property
    def blank(self) -> bool:
        """Whether it means nothing: blanks or a comment."""
        return self.kind in ("space", "comment")

    @property
    def word(self) -> str:
        """A keyword in upper case; empty for anything that is no bare word."""
        return self.text.upper() if self.kind == "word" and self.text.isascii() else ""

    @property
    def name(self) -> str:
        """The name that it stands for where a name is expected, without quotes; a string may be one."""
        return unquoted(self.text) if self.kind in ("quoted", "string") else self.text


def tokens(text: str) -> list[Token]:
    """Return the pieces of *text*, in order, nothing left out."""
    return [Token(found.lastgroup, found.group()) for found in _PIECES.finditer(text)]  # type: ignore[arg-type]


def joined(pieces: Iterable[Token]) -> str:
    """Return the text of some pieces."""
    return "".join(piece.text for piece in pieces)


def meaningful(pieces: Iterable[Token]) -> list[Token]:
    """Return the pieces that are neither blanks nor comments."""
    return [piece for piece in pieces if not piece.blank]


def split(pieces: Iterable[Token]) -> list[list[Token]]:
    """Return what stands between the commas that are in no parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for piece in pieces:
        depth += (piece.text == "(") - (piece.text == ")")
        if piece.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def mentions(pieces: Iterable[Token], name: str) -> bool:
    """Say whether a name may occur in an expression; letters of ASCII match in either case.

    A string in double quotes counts: where no column has its name, SQLite takes it for text.
    """
    listed = meaningful(pieces)
    return any(
        piece.kind in ("word", "quoted")
        and same(piece.name, name)
        and not (following is not None and following.text == "(")  # a function
        for piece, following in zip_longest(listed, listed[1:])
        if piece is not None
    )


def inside(pieces: Iterable[Token]) -> list[Token]:
    """Return what stands from the first parenthesis on: the expression of a constraint."""
    listed = list(pieces)
    opening = next((at for at, piece in enumerate(listed) if piece.text == "("), len(listed))
    return listed[opening:]
