"""Hide the passwords of a url before it is shown."""

from __future__ import annotations

import re

# Up to the last "@" of the authority, as a password may hold one that is not quoted.
_AUTHORITY = re.compile(r"(://[^:/?#@]*:).*@", re.DOTALL)
# A whole connection string inside the query may hold one too.
_QUERY = re.compile(
    r"((?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|odbc_connect)=)[^&;]*", re.IGNORECASE
)


def masked(text: str) -> str:
    """Return *text* with ``***`` in place of each password of a url in it."""
    return masked_query(_AUTHORITY.sub(r"\1***@", text))


def masked_query(text: str) -> str:
    """Return *text* with ``***`` in place of each password in the query of a url in it."""
    return _QUERY.sub(r"\1***", text)
