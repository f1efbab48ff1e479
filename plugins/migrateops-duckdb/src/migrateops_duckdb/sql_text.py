"""The engine's own text of tables and indexes, taken apart; and how names are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import DDL

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|.""", re.DOTALL)
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_CONSTRAINT = frozenset({"PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"})


def tokens(sql: str) -> list[str]:
    """Return strings, names, words and single characters; joined they are the text again."""
    return _TOKEN.findall(sql)


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def names(token: str, name: str) -> bool:
    """Say whether a token is a name; the engine tells names apart without regard to case."""
    plain = token[1:-1].replace('""', '"') if token.startswith('"') else token
    return plain.lower() == name.lower()


def ddl(statement: str) -> DDL:
    """Return a statement that is text to the last sign."""
    # DDL() is a format of its own.
    made: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    return made


def string(text: str) -> str:
    """Return a string as SQL."""
    return "'" + text.replace("'", "''") + "'"


class Item(NamedTuple):
    """A column or a constraint in the brackets of CREATE TABLE.

    Attributes:
        words: Its tokens.
    """

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.words).strip()

    @property
    def column(self) -> str | None:
        """Name of the column as it is written, None for a constraint."""
        return None if self.words[0].upper() in _CONSTRAINT else self.words[0]

    @property
    def generated(self) -> bool:
        """Whether it is a column that is computed."""
        return any(word.upper() == "GENERATED" for _, word in self._outside())

    @property
    def is_foreign_key(self) -> bool:
        """Whether it is a foreign key."""
        return self.column is None and any(word.upper() == "REFERENCES" for _, word in self._outside())

    def with_renamed(self, column: str, new: str) -> Item:
        """Return a foreign key with one of its own columns under a new name."""
        upper = [word.upper() for word in self.words]
        first, last = upper.index("("), upper.index("REFERENCES")
        return Item(
            tuple(
                quoted(new) if first < place < last and names(word, column) else word
                for place, word in enumerate(self.words)
            )
        )

    def without(self, *phrase: str) -> Item:
        """Return it without some words that stand outside of brackets, such as PRIMARY KEY."""
        kept, skipped = list(self.words), 0
        for place, word in self._outside():
            if skipped < len(phrase) and word.upper() == phrase[skipped]:
                kept[place] = ""
                skipped += 1
        return Item(tuple(tokens(" ".join("".join(kept).split(" ")).strip())))

    def says(self, *phrase: str) -> bool:
        """Say whether some words stand in it, one after the other, outside of brackets."""
        words = [word.upper() for _, word in self._outside() if word.strip()]
        return any(tuple(words[place : place + len(phrase)]) == phrase for place in range(1, len(words)))

    def _outside(self) -> Iterator[tuple[int, str]]:
        depth = 0
        for place, word in enumerate(self.words):
            depth += (word in _OPENS) - (word in _CLOSES)
            if depth == 0 and word not in _CLOSES:
                yield place, word


def items_of(create_table: str) -> list[Item] | None:
    """Return what is in the brackets of the engine's CREATE TABLE, None where that is not all there is."""
    words = tokens(create_table.strip().removesuffix(";"))
    if "(" not in words:
        return None
    first = words.index("(")
    parts: list[list[str]] = [[]]
    depth = 0
    for place, word in enumerate(words[first:], first):
        depth += (word in _OPENS) - (word in _CLOSES)
        if depth == 0:
            last = place == len(words) - 1
            found = [Item(tuple(tokens("".join(part).strip()))) for part in parts]
            return found if last and all(item.words for item in found) else None
        if depth == 1 and word == ",":
            parts.append([])
        elif place > first:
            parts[-1].append(word)
    return None


def create_table(name: str, items: Sequence[Item]) -> str:
    """Return CREATE TABLE.

    Args:
        name: The table as SQL.
        items: Columns and constraints.
    """
    return f"CREATE TABLE {name}({', '.join(item.text for item in items)})"
