"""Records of the database under the names that renames give them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.kind import Key
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    Definition,
    IndexPartRecord,
    IndexRecord,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops.snapshot.texts import Texts

# Neither the name of a function nor that of a type behind a cast.
_WORD = r"(?<!::)(?<!::\s)\b(?P<word>[^\W\d][\w$]*+)(?!\s*\()"
_STRING = r"'(?:[^']|'')*'"


class Words:
    """SQL of a table, with other names of its columns.

    Args:
        columns: The new name for each old one.
        texts: What writes names, and expressions in the one form that records have.
    """

    def __init__(self, columns: Mapping[str, str], texts: Texts) -> None:
        self.columns = columns
        quote, canonical = texts.quoted, texts.expression
        self._quote, self._canonical = quote, canonical
        self._token = _token(tuple(texts.quotes))
        # What needs no quotes, or has lost them, is the same in any case.
        bare = ((old, new) for old, new in columns.items() if canonical(quote(old)).lower() == old.lower())
        self._bare = {old.lower(): new for old, new in bare}
        # Where quotes do not make a name sensitive to case, records have it in another one.
        self._kept = {self._kept_name(quote(old)): new for old, new in columns.items()}

    def replaced(self, sql: str) -> str:
        """Return SQL with the new names."""
        return self._token.sub(self._one, sql)

    def expression(self, sql: str) -> str:
        """Return an expression with the new names, in the form that records have."""
        return self._canonical(self.replaced(sql))

    def _one(self, found: re.Match[str]) -> str:
        name, word = _in_quotes(found), found["word"]
        if name:
            new = self.columns.get(name) or self._kept.get(self._kept_name(found[0]))
        else:
            new = self._bare.get(word.lower()) if word else None
        return found[0] if new is None else self._quote(new)

    def _kept_name(self, quoted: str) -> str:
        """Return a name as it is in the one form of expressions, without the quotes that are left there."""
        kept = self._canonical(quoted)
        found = self._token.fullmatch(kept)
        return (found and _in_quotes(found)) or kept


@lru_cache
def _token(quotes: Sequence[str]) -> re.Pattern[str]:
    """Return what finds strings, names and words.

    Args:
        quotes: The pairs of characters that names stand in; where ``"`` is none of them, a string does.
    """
    pairs = [tuple(map(re.escape, pair)) for pair in quotes]
    names = [f"{first}(?:[^{last}]|{last}{last})+{last}" for first, last in pairs]
    strings = [_STRING] if '""' in quotes else [_STRING, _STRING.replace("'", '"')]
    return re.compile("|".join([*strings, f"(?P<name>{'|'.join(names)})", _WORD]))


def _in_quotes(found: re.Match[str]) -> str | None:
    quoted: str | None = found["name"]
    return quoted[1:-1].replace(quoted[-1] * 2, quoted[-1]) if quoted else None


class NewNames:
    """The names that tables and columns of the database get.

    Attributes:
        tables: The new key of each table that is renamed, by the old one.
        columns: By new key of a table: the new name for each old name of a column.
    """

    def __init__(self) -> None:
        self.tables: dict[Key, Key] = {}
        self.columns: dict[Key, dict[str, str]] = {}
        self._before: dict[Key, Key] = {}

    def rename(self, old: Key, new: Key) -> None:
        """Give a table another name."""
        self.tables[old] = new
        self._before[new] = old

    def __bool__(self) -> bool:
        return bool(self.tables or self.columns)

    def key(self, old: Key) -> Key:
        """Return the key that a table gets."""
        return self.tables.get(old, old)

    def old_key(self, new: Key) -> Key:
        """Return the key that a table has in the database."""
        return self._before.get(new, new)

    def record(self, old: Key, record: TableRecord, words: Words | None) -> TableRecord:
        """Return the record of a table, all that refers to others included, under the new names.

        Args:
            old: Its key.
            record: Its record.
            words: What writes SQL with the new names of its columns; None where they keep theirs.
        """
        key = self.key(old)
        columns = words.columns if words is not None else {}
        changed: dict[str, Any] = {}
        if key != old:
            changed["name"] = key.name
        if record.foreign_keys:
            keys = tuple(self._reference(old, one, columns) for one in record.foreign_keys)
            if keys != record.foreign_keys:
                changed["foreign_keys"] = sorted_by_name(keys)
        if words is not None:
            changed |= _of_columns(record, words)
        return dataclasses.replace(record, **changed) if changed else record

    def _reference(self, old: Key, reference: Any, columns: Mapping[str, str]) -> Any:
        referred = self.key(Key(old.kind, reference.referred_schema, reference.referred_table))
        theirs = self.columns.get(referred, {})
        return dataclasses.replace(
            reference,
            columns=_named(reference.columns, columns),
            referred_table=referred.name,
            referred_columns=_named(reference.referred_columns, theirs),
        )


def _named(names: tuple[str, ...], columns: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(columns.get(name, name) for name in names)


def _of_columns(record: TableRecord, words: Words) -> dict[str, Any]:
    columns = words.columns

    def on(item: Any) -> Any:
        return dataclasses.replace(item, columns=_named(item.columns, columns))

    def column(item: ColumnRecord) -> ColumnRecord:
        made = item.computed
        if made is not None:
            made = dataclasses.replace(made, expression=words.expression(made.expression))
        return dataclasses.replace(item, name=columns.get(item.name, item.name), computed=made)

    def part(item: IndexPartRecord) -> IndexPartRecord:
        text = words.expression(item.text) if item.expression else columns.get(item.text, item.text)
        return dataclasses.replace(item, text=text)

    def option(name: str, text: str) -> str:
        if name == "include":
            return ", ".join(columns.get(one, one) for one in text.split(", "))
        return words.expression(text) if name == "where" else text

    def index(item: IndexRecord) -> IndexRecord:
        options = tuple((name, option(name, text)) for name, text in item.options)
        return dataclasses.replace(item, parts=tuple(map(part, item.parts)), options=options)

    def check(item: CheckRecord) -> CheckRecord:
        return dataclasses.replace(item, expression=words.expression(item.expression))

    def other(item: OtherConstraintRecord) -> OtherConstraintRecord:
        said = item.definition
        new = words.replaced(said)
        definition = Definition(new, words.replaced(said.sql)) if isinstance(said, Definition) else new
        return dataclasses.replace(item, definition=definition)

    return {
        "columns": tuple(map(column, record.columns)),
        "primary_key": None if record.primary_key is None else on(record.primary_key),
        "unique": sorted_by_name(tuple(map(on, record.unique))),
        "checks": sorted_by_name(tuple(map(check, record.checks))),
        "indexes": sorted_by_name(tuple(map(index, record.indexes))),
        "others": tuple(map(other, record.others)),
    }
