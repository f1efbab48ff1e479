"""What a statement does to the transaction that it is sent in, read from its text."""

from __future__ import annotations

import re
from typing import Literal

Effect = Literal["commits", "rolls back", "reads"]

# Never gone back into: many comments in front would have as many ends each.  What stands in /*! .. */ is run.
_LEAD = r"(?:[\s;\ufeff]|--[^\n]*(?:\n|\Z)|\#[^\n]*(?:\n|\Z)|/\*(?!M?!).*?\*/|/\*M?!\d*)*+"
_EFFECT = re.compile(
    _LEAD
    + r"""(?:
        (?P<commits>
            (?:CREATE|DROP)\b(?!\s+TEMPORARY\b)
          | (?:ALTER|RENAME|TRUNCATE|GRANT|REVOKE|ANALYZE|OPTIMIZE|REPAIR|FLUSH|LOCK|UNLOCK)\b
          | (?:INSTALL|UNINSTALL|BEGIN|COMMIT)\b(?!\s+NOT\b)
          | START\s+TRANSACTION\b
          | SET\s+(?:SESSION\s+|@@(?:SESSION\.)?)?AUTOCOMMIT\s*:?=\s*(?:1|ON|TRUE)\b
          | SET\s+PASSWORD\b
          | LOAD\s+INDEX\b
        )
      | (?P<rolls_back>ROLLBACK\b(?!(?:\s+WORK)?\s+TO\b))
      | (?P<reads>
            (?:SELECT|SHOW|EXPLAIN|DESC|DESCRIBE|VALUES|SET|USE|DO|SAVEPOINT|RELEASE|ROLLBACK|CHECK|HELP)\b
        )
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_EFFECTS: dict[str | None, Effect | None] = {
    "commits": "commits",
    "rolls_back": "rolls back",
    "reads": "reads",
}


def effect(statement: str) -> Effect | None:
    """Return what a statement does to its transaction, None for any other, which may write.

    ``commits`` is also what the server commits by itself around: nearly all DDL.
    """
    found = _EFFECT.match(statement)
    return _EFFECTS[found.lastgroup] if found else None
