"""What a statement is, read from its text: only as far as transactions need it."""

from __future__ import annotations

import re
from typing import NamedTuple

# A bare name has letters, digits, _ and $ of ASCII, and all beyond it.  What it does not have is said, as a
# range up to the end of Unicode takes long to compile where case is ignored.
_NAME = r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^\x00-#%-/:-@\[-^`{-\x7f]+)"""
_VALUE = rf"(?:{_NAME}|[+-]?[\w.]+)"
_LEAD = re.compile(r"(?:[\s;\ufeff]|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
# These are compiled at their first use, by `re.match`: most runs send neither statement.
_PRAGMA = (
    rf"PRAGMA\s*(?:(?P<schema>{_NAME})\s*\.\s*)?(?P<name>{_NAME})\s*"
    rf"(?:=\s*(?P<set>{_VALUE})|\(\s*(?P<call>{_VALUE})\s*\))?"
)
_DROP_TABLE = rf"DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:(?P<schema>{_NAME})\s*\.\s*)?(?P<name>{_NAME})"
_ROLLBACK_TO = re.compile(r"ROLLBACK\s+(?:TRANSACTION\s+)?TO\b", re.IGNORECASE)
_CHANGES_ROWS = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)

_READING = frozenset({"SELECT", "VALUES", "EXPLAIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "VACUUM"})
_WRITING_PRAGMAS = frozenset({"application_id", "schema_version", "user_version"})
_OUTSIDE_PRAGMAS = frozenset({"foreign_keys", "journal_mode", "synchronous"})
_NUMBERS = {"off": "0", "no": "0", "false": "0", "on": "1", "yes": "1", "true": "1"}


class Pragma(NamedTuple):
    """A PRAGMA statement; names in lower case, ``value`` None where it only asks."""

    schema: str | None
    name: str
    value: str | None

    @property
    def outside(self) -> bool:
        """Whether it sets what cannot be set inside a transaction."""
        return self.value is not None and self.name in _OUTSIDE_PRAGMAS

    @property
    def on(self) -> bool:
        """Whether it switches on, for a setting that is on or off; what is no number is off."""
        value = (self.value or "").lower()
        value = _NUMBERS.get(value, value)
        return value.lstrip("+-").isdigit() and int(value) != 0


class DroppedTable(NamedTuple):
    """The table of a DROP TABLE, without quotes."""

    schema: str | None
    name: str


def body(statement: str) -> str:
    """Return *statement* without the blanks and comments in front of it."""
    found = _LEAD.match(statement)
    return statement[found.end() :] if found and found.end() else statement


def keyword(text: str) -> str:
    """Return the first word of what ``body()`` returned, in upper case."""
    found = _WORD.match(text)
    return found.group().upper() if found else ""


def writes(text: str) -> bool:
    """Return whether a statement may change the database; in doubt, it does."""
    word = keyword(text)
    if word == "PRAGMA":
        found = pragma(text)
        return found is not None and found.value is not None and found.name in _WRITING_PRAGMAS
    if word == "WITH":
        return _CHANGES_ROWS.search(text) is not None
    return word not in _READING and word != ""


def ends_transaction(text: str) -> bool:
    """Return whether a statement is COMMIT, END, or a ROLLBACK of everything."""
    word = keyword(text)
    return word in {"COMMIT", "END"} or (word == "ROLLBACK" and not _ROLLBACK_TO.match(text))


def pragma(text: str) -> Pragma | None:
    """Return what a PRAGMA statement says, None for any other."""
    found = re.match(_PRAGMA, text, re.IGNORECASE)
    if found is None:
        return None
    value = found["set"] if found["set"] is not None else found["call"]
    return Pragma(
        unquoted(found["schema"]) if found["schema"] else None,
        unquoted(found["name"]).lower(),
        None if value is None else unquoted(value),
    )


def dropped_table(text: str) -> DroppedTable | None:
    """Return the table that a DROP TABLE drops, None for any other statement."""
    found = re.match(_DROP_TABLE, text, re.IGNORECASE)
    if found is None:
        return None
    return DroppedTable(unquoted(found["schema"]) if found["schema"] else None, unquoted(found["name"]))


def unquoted(name: str) -> str:
    """Return an identifier without the quotes around it."""
    first = name[0]
    if first == "[":
        return name[1:-1]
    if first in "\"'`":
        return name[1:-1].replace(first * 2, first)
    return name


def quoted(name: str) -> str:
    """Return an identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'
