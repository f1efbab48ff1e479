"""The engine's own text of tables and indexes, taken apart; and how names are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import DDL

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|.""", re.DOTALL)
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_CONSTRAINT = frozenset({"PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"})

_WORDS = frozenset(
    {"AND", "AS", "BETWEEN", "CASE", "CAST", "ELSE", "END", "FALSE"}
    | {"IN", "IS", "NOT", "NULL", "OR", "THEN", "TRUE", "WHEN"}
)


def tokens(sql: str) -> list[str]:
    """Return strings, names, words and single characters; joined they are the text again."""
    return _TOKEN.findall(sql)


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def names(token: str, name: str) -> bool:
    """Say whether a token is a name; the engine tells names apart without regard to case."""
    return unquoted(token).lower() == name.lower()


def unquoted(name: str) -> str:
    """Return a name without the quotes around it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def made_up_name(table: str, columns: Iterable[str], label: str) -> str:
    """Return the name that the engine gives to a key.

    Args:
        table: Name of the table.
        columns: Its columns, and those that they refer to.
        label: ``pkey``, ``key`` or ``fkey``.
    """
    return "_".join((table, *(str(column).lower() for column in columns), label))


def ddl(statement: str) -> DDL:
    """Return a statement that is text to the last sign."""
    # DDL() is a format of its own.
    made: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    return made


def string(text: str) -> str:
    """Return a string as SQL."""
    return "'" + text.replace("'", "''") + "'"


def foreign_key(columns: Sequence[str], schema: str | None, table: str, referred: Sequence[str]) -> str:
    """Return a foreign key as SQL.

    The engine's own text of one is none where the name of the table needs quotes: it leaves them out.
    """
    where = quoted(table) if schema is None else f"{quoted(schema)}.{quoted(table)}"
    own, other = (", ".join(map(quoted, names)) for names in (columns, referred))
    return f"FOREIGN KEY ({own}) REFERENCES {where}({other})"


class Reference(NamedTuple):
    """What a foreign key says, each name as it is written.

    Attributes:
        columns: Its columns.
        table: The table that it refers to, without its schema.
        referred: The columns there.
    """

    columns: list[str]
    table: str
    referred: list[str]


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

    @property
    def reference(self) -> Reference:
        """What it says as a foreign key."""
        middle = [word.upper() for word in self.words].index("REFERENCES")
        last = len(self.words) - 1 - self.words[::-1].index("(")
        table = [word for word in self.words[middle:last] if not word.isspace()][-1]
        return Reference(_listed(self.words[:middle]), table, _listed(self.words[last:]))

    def referring_to(self, table: str) -> Item:
        """Return it, a foreign key, with another table to refer to.

        Args:
            table: Name of the table in its schema, unquoted.
        """
        last = len(self.words) - 1 - self.words[::-1].index("(")
        at = next(place for place in range(last - 1, 0, -1) if not self.words[place].isspace())
        return Item((*self.words[:at], quoted(table), *self.words[at + 1 :]))

    def with_renamed(self, column: str, new: str, *, referred: bool = False) -> Item:
        """Return it with a column under a new name; of a foreign key, with one of its own columns.

        Args:
            column: Name of the column, unquoted.
            new: Its new name, unquoted.
            referred: Rename a column that a foreign key refers to.
        """
        first, last = self.words.index("("), len(self.words)
        if self.is_foreign_key:
            middle = [word.upper() for word in self.words].index("REFERENCES")
            # Behind the name of the table.
            first, last = (middle + 3, last) if referred else (first, middle)
        return Item(
            tuple(
                quoted(new) if first <= place < last and self._is_column(place, column) else word
                for place, word in enumerate(self.words)
            )
        )

    def mentions(self, column: str) -> bool:
        """Say whether an expression in it has a column."""
        first = self.words.index("(") if "(" in self.words else len(self.words)
        return any(self._is_column(place, column) for place in range(first, len(self.words)))

    def _is_column(self, place: int, column: str) -> bool:
        """Say whether a token is a column, and no function, no type with a size, and no field."""
        word = self.words[place]
        after = self.words[place + 1] if place + 1 < len(self.words) else ""
        before = self.words[place - 1] if place else ""
        # The engine quotes a column that is called like a word of its own.
        is_word = word.upper() in _WORDS
        return names(word, column) and not is_word and after != "(" and before != "."

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


def _listed(words: Sequence[str]) -> list[str]:
    """Return the names in the brackets of a part of a foreign key."""
    inside = words[words.index("(") + 1 : len(words) - 1 - words[::-1].index(")")]
    return [word for word in inside if word != "," and not word.isspace()]


def items_of(create_table: str, unsaid: Sequence[str] = ()) -> list[Item] | None:
    """Return what is in the brackets of the engine's CREATE TABLE, None where that is not all there is.

    Args:
        create_table: The text.
        unsaid: What stands where it has nothing between two commas.
    """
    left = list(unsaid)
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
            written = ["".join(part).strip() for part in parts]
            filled = [one or (left.pop(0) if left else "") for one in written]
            found = [Item(tuple(tokens(one))) for one in filled]
            return found if last and all(filled) and not left else None
        if depth == 1 and word == ",":
            parts.append([])
        elif place > first:
            parts[-1].append(word)
    return None


def names_of_checks(create_table: str) -> list[str | None]:
    """Return the names of the CHECKs of a CREATE TABLE in their order, None for one without.

    The engine lists them in the same order.
    """
    found: list[str | None] = []
    depth = 0
    before = ["", ""]
    for word in tokens(create_table):
        if depth == 1 and word.upper() == "CHECK":
            found.append(unquoted(before[1]) if before[0].upper() == "CONSTRAINT" else None)
        depth += (word in _OPENS) - (word in _CLOSES)
        if not word.isspace():
            before = [before[1], word]
    return found


def create_table(name: str, items: Sequence[Item]) -> str:
    """Return CREATE TABLE.

    Args:
        name: The table as SQL.
        items: Columns and constraints.
    """
    return f"CREATE TABLE {name}({', '.join(item.text for item in items)})"
