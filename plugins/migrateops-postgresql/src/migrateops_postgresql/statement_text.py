"""What a statement does to the transaction that it is sent in, read from its text."""

from __future__ import annotations

import re
from typing import Literal

Effect = Literal["commits", "rolls back", "refused", "reads"]

# Never gone back into: many comments in front would have as many ends each.
_LEAD = r"(?:[\s;\ufeff]|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+"
_EFFECT = (
    r"(?isx)"
    + _LEAD
    + r"""(?:
        (?P<commits>(?:COMMIT|END)\b(?!\s+PREPARED))
      | (?P<rolls_back>
            (?:ROLLBACK|ABORT)\b(?!\s+PREPARED)(?!(?:\s+(?:WORK|TRANSACTION))?\s+TO\b)
          | PREPARE\s+TRANSACTION\b
        )
      | (?P<refused>
            (?:CREATE\s+(?:UNIQUE\s+)?|DROP\s+)INDEX\s+CONCURRENTLY\b
          | REINDEX\s+(?:\([^)]*\)\s*)?\w+\s+CONCURRENTLY\b
          | REINDEX\s+(?:\([^)]*\)\s*)?(?:SYSTEM|DATABASE)\b
          | VACUUM\b
          | (?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE)\b
          | ALTER\s+SYSTEM\b
          | ALTER\s+TABLE\b.*\bDETACH\s+PARTITION\b.*\bCONCURRENTLY\b
        )
      | (?P<reads>(?:SELECT|SHOW|EXPLAIN|VALUES|SET|SAVEPOINT|RELEASE|ROLLBACK)\b)
    )"""
)
# What most statements of a migration begin with, and the word by which some of them are unlike most.
_WRITES = (
    *("CREATE TABLE ", "ALTER TABLE ", "DROP TABLE ", "INSERT ", "UPDATE ", "DELETE ", "DO "),
    *("CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX ", "CREATE TYPE ", "ALTER TYPE ", "DROP TYPE "),
)
_UNLIKE_MOST = "CONCURRENTLY"
# Not only where it is one: in a string, or in what a function does, it is taken for one.
_ENDS_AMONG = rf"(?is);{_LEAD}(?:COMMIT|ROLLBACK|ABORT)\b"
_ENDS = ("COMMIT", "ROLLBACK", "ABORT")
_EFFECTS: dict[str | None, Effect | None] = {
    "commits": "commits",
    "rolls_back": "rolls back",
    "refused": "refused",
    "reads": "reads",
}


def effect(statement: str) -> Effect | None:
    """Return what a statement does to its transaction, None for any other, which may write.

    ``refused`` is what the server runs outside of transactions only; ``reads`` is what leaves
    nothing behind, as far as the first word tells.
    """
    # Compiling the expression takes as long as a short script.
    begins = statement.lstrip()
    if begins.startswith("SELECT "):
        return "reads"
    if begins.startswith(_WRITES) and _UNLIKE_MOST not in statement.upper():
        return None
    found = re.match(_EFFECT, statement)
    return _EFFECTS[found.lastgroup] if found else None


def ends_among(statement: str) -> bool:
    """Say whether the text may hold several statements, of which a later one ends the transaction."""
    if ";" not in statement:
        return False
    upper = statement.upper()
    return any(word in upper for word in _ENDS) and re.search(_ENDS_AMONG, statement) is not None
