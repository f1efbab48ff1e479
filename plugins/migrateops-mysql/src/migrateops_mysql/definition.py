"""The definition of a column, as SHOW CREATE TABLE writes it, and its parts.

The server's own text is the only place where all of a column is: character set, ON UPDATE, generated
expression, INVISIBLE, its CHECK.  What a change is not about stays as it is there, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^'\\]|''|\\.)*')
      | (?P<name>`(?:[^`]|``)*`|"(?:[^"]|"")*")
      | (?P<comment>/\*.*?\*/)
      | (?P<word>[\w$@.\u0080-\uffff]+)
      | (?P<mark>\S)""",
    re.VERBOSE | re.DOTALL,
)
# Where a backslash is a character like any other.
_PLAIN_STRING = re.compile(r"'(?:[^']|'')*'", re.DOTALL)

TEXT_TYPE = re.compile(r"(?:var)?char\b|(?:tiny|medium|long)?text\b|enum\b|set\b", re.IGNORECASE)
_JSON_CHECK = re.compile(r"CHECK \(json_valid\([`\"].*[`\"]\)\)", re.IGNORECASE | re.DOTALL)

# Words that begin a part, and in which part what follows them is.
_PARTS = {
    "CHARACTER": "charset",
    "CHARSET": "charset",
    "COLLATE": "charset",
    "GENERATED": "generated",
    "AS": "generated",
    "NOT": "null",
    "NULL": "null",
    "DEFAULT": "default",
    "ON": "on update",
    "AUTO_INCREMENT": "auto_increment",
    "COMMENT": "comment",
    "CHECK": "check",
    **dict.fromkeys(
        (
            "INVISIBLE",
            "VISIBLE",
            "WITHOUT",
            "WITH",
            "COLUMN_FORMAT",
            "STORAGE",
            "REFERENCES",
            "SRID",
            "REF_SYSTEM_ID",
            "ENGINE_ATTRIBUTE",
            "SECONDARY_ENGINE_ATTRIBUTE",
        ),
        "others",
    ),
}


class Token(NamedTuple):
    """A piece of SQL, and where it is."""

    kind: str
    text: str
    start: int
    end: int
    depth: int


def tokens(text: str, *, backslashes: bool = True) -> Iterator[Token]:
    """Yield the pieces of SQL text; a bracket has the depth that is outside of it.

    Args:
        text: What the server has written.
        backslashes: Whether a backslash in a string says something about the next character.
    """
    position = depth = 0
    while found := _next(text, position, backslashes):
        kind, token = found.lastgroup or "string", found[0]
        depth -= token == ")"
        yield Token(kind, token, found.start(), found.end(), depth)
        depth += token == "("
        position = found.end()


def _next(text: str, position: int, backslashes: bool) -> re.Match[str] | None:
    while position < len(text) and text[position].isspace():
        position += 1
    if not backslashes and text[position : position + 1] == "'":
        return _PLAIN_STRING.match(text, position)
    return _TOKEN.match(text, position)


@dataclass(frozen=True)
class Definition:
    """The parts of a column's definition, each as it is written.

    Attributes:
        type: The type, without character set and collation.
        charset: ``CHARACTER SET .. COLLATE ..``.
        generated: ``GENERATED ALWAYS AS (..) STORED`` and the like.
        nullable: Whether it accepts NULL.
        others: What no operation changes, such as INVISIBLE.
        default: What follows DEFAULT; None where there is none.
        on_update: What follows ON UPDATE.
        auto_increment: Whether it is AUTO_INCREMENT.
        comment: The comment, a literal.
        check: ``CHECK (..)``.
        name: The column's name, unquoted, as the server has it; empty where it was not asked.
    """

    type: str
    charset: str = ""
    generated: str = ""
    nullable: bool = True
    others: str = ""
    default: str | None = None
    on_update: str | None = None
    auto_increment: bool = False
    comment: str | None = None
    check: str = ""
    name: str = ""

    @property
    def is_null_by_default(self) -> bool:
        """Whether the default is NULL, said or not."""
        return self.default is None or self.default.upper() == "NULL"

    def text(self) -> str:
        """Return the definition, as it stands behind the column's name."""
        parts = [self.type, self.charset, self.generated]
        if not self.nullable:
            parts.append("NOT NULL")
        elif not self.generated:
            # Where nothing is said, a TIMESTAMP may be NOT NULL; of a generated column nothing may be said.
            parts.append("NULL")
        parts.append(self.others)
        # NOT NULL DEFAULT NULL is refused; what is not said is NULL.
        if self.default is not None and not (self.is_null_by_default and not self.nullable):
            parts.append(f"DEFAULT {self.default}")
        if self.on_update is not None:
            parts.append(f"ON UPDATE {self.on_update}")
        if self.auto_increment:
            parts.append("AUTO_INCREMENT")
        if self.comment is not None:
            parts.append(f"COMMENT {self.comment}")
        parts.append(self.check)
        return " ".join(part for part in parts if part)


def parse(text: str, *, backslashes: bool = True) -> Definition:
    """Return the parts of a definition.

    Args:
        text: What follows the column's name.
        backslashes: Whether a backslash in a string says something about the next character.
    """
    parts: dict[str, str] = {}
    listed = list(tokens(text, backslashes=backslashes))
    start, part = 0, "type"
    for index, token in enumerate(listed):
        begins = _begins(listed, index, part)
        if begins is not None:
            _put(parts, part, text[start : token.start])
            start, part = token.start, begins
    _put(parts, part, text[start:])
    return Definition(
        type=parts["type"],
        charset=parts.get("charset", ""),
        generated=parts.get("generated", ""),
        nullable="NOT" not in parts.get("null", "").upper(),
        others=parts.get("others", ""),
        default=_after(parts.get("default"), 1),
        on_update=_after(parts.get("on update"), 2),
        auto_increment="auto_increment" in parts,
        comment=_after(parts.get("comment"), 1),
        check=parts.get("check", ""),
    )


def _begins(listed: list[Token], index: int, part: str) -> str | None:
    """Return the part that begins with a token, or None where it belongs to the present one."""
    token = listed[index]
    if token.depth or index == 0:
        return None
    before = listed[index - 1]
    if token.kind == "comment":
        # A compressed column says so as part of its type.
        return None if part == "type" and "COMPRESSED" in token.text.upper() else "others"
    if token.kind != "word":
        return None
    word, previous = token.text.upper(), before.text.upper()
    if (word == "NULL" and previous in ("NOT", "DEFAULT")) or previous in ("WITH", "WITHOUT"):
        return None
    begins = _PARTS.get(word)
    if begins == "charset" == part or (word == "AS" and part == "generated"):
        return None
    return begins


def _put(parts: dict[str, str], part: str, text: str) -> None:
    text = text.strip()
    parts[part] = f"{parts[part]} {text}" if part in parts else text


def _after(text: str | None, words: int) -> str | None:
    """Return what follows the words that a part begins with."""
    return text.split(None, words)[words] if text is not None else None


class CreateTable(NamedTuple):
    """What SHOW CREATE TABLE says of a table.

    Attributes:
        items: What stands between the brackets: the name that each begins with, if it does, and the rest.
        backslashes: Whether a backslash in a string says something about the next character.
    """

    items: tuple[tuple[str | None, str], ...]
    backslashes: bool

    @classmethod
    def read(cls, text: str, *, backslashes: bool = True) -> CreateTable:
        """Read the server's text.

        Args:
            text: The statement.
            backslashes: Whether a backslash in a string says something about the next character.
        """
        items: list[tuple[str | None, str]] = []
        first: Token | None = None
        for token in tokens(text, backslashes=backslashes):
            if token.depth == 0 and token.text == ")":
                items.append(_item(text, first, token.start))
                break
            if token.depth == 1 and token.text == ",":
                items.append(_item(text, first, token.start))
                first = None
            elif token.depth >= 1 and first is None:
                first = token
        return cls(tuple(items), backslashes)

    def column(self, name: str) -> Definition | None:
        """Return the definition of a column, or None where there is none of that name."""
        for found, rest in self.items:
            if found is not None and found.lower() == name.lower():
                return replace(parse(rest, backslashes=self.backslashes), name=found)
        return None

    def columns(self) -> Iterator[tuple[str, Definition]]:
        """Yield the columns, each with its name, unquoted."""
        for found, rest in self.items:
            if found is not None:
                yield found, parse(rest, backslashes=self.backslashes)

    def has_in_primary_key(self, name: str) -> bool:
        """Say whether a column is one of the primary key's."""
        for found, rest in self.items:
            words = list(tokens(rest, backslashes=self.backslashes)) if found is None else []
            if [word.text.upper() for word in words[:2]] == ["PRIMARY", "KEY"]:
                return name.lower() in [unquoted(word.text).lower() for word in words if word.kind == "name"]
        return False

    def has_named_check(self, name: str) -> bool:
        """Say whether the table has a CHECK of that name, which is of no column."""
        for found, rest in self.items:
            if found is None:
                words = list(tokens(rest, backslashes=self.backslashes))[:3]
                texts = [word.text for word in words]
                is_named_check = [text.upper() for text in texts[::2]] == ["CONSTRAINT", "CHECK"]
                if is_named_check and unquoted(texts[1]).lower() == name.lower():
                    return True
        return False


def _item(text: str, first: Token | None, end: int) -> tuple[str | None, str]:
    if first is None:
        return None, ""
    if first.kind == "name":
        return unquoted(first.text), text[first.end : end].strip()
    return None, text[first.start : end].strip()


def follows_table(column: Definition) -> bool:
    """Say whether a column holds text in the character set and collation of its table."""
    return not column.charset and bool(TEXT_TYPE.match(column.type)) and not is_json(column)


def is_json(column: Definition) -> bool:
    """Say whether a column is MariaDB's JSON, a text with a CHECK."""
    return bool(_JSON_CHECK.fullmatch(column.check))


def unquoted(name: str) -> str:
    """Return a name without its quotes."""
    quote = name[:1]
    return name[1:-1].replace(quote * 2, quote) if quote in ("`", '"') else name


def in_backticks(name: str) -> str:
    """Return a name in the quotes that are those of names in every session."""
    return "`" + name.replace("`", "``") + "`"


def renamed(check: str, old: str, new: str, *, backslashes: bool = True) -> str:
    """Return an expression of the server's in which a column has another name.

    Args:
        check: The expression.
        old: The column's present name, unquoted.
        new: Its new name, unquoted.
        backslashes: Whether a backslash in a string says something about the next character.
    """
    written, position = [], 0
    for token in tokens(check, backslashes=backslashes):
        if token.kind == "name" and unquoted(token.text).lower() == old.lower():
            written += [check[position : token.start], in_backticks(new)]
            position = token.end
    return "".join([*written, check[position:]])


_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a", "'": "''", "%": "\\%", "_": "\\_"}


def without_backslashes(text: str) -> str:
    """Return SQL in which no backslash in a string says anything about the next character.

    Args:
        text: SQL in which they do.
    """
    written, position = [], 0
    for token in tokens(text):
        if token.kind == "string" and "\\" in token.text:
            value = re.sub(
                r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), token.text[1:-1], flags=re.DOTALL
            )
            # A quote was written as two of them before.
            written += [text[position : token.start], f"'{value}'"]
            position = token.end
    return "".join([*written, text[position:]])
