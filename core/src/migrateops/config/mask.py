"""Hide the password of a url before it is shown."""

from __future__ import annotations

import re

# Up to the last "@" of the authority, as a password may hold one that is not quoted.
_AUTHORITY = re.compile(r"(://[^:/?#@]*:).*@", re.DOTALL)
_QUERY = re.compile(r"((?:password|passwd|pwd|secret|token)=)[^&;]*", re.IGNORECASE)


def masked(text: str) -> str:
    """Return *text* with ``***`` in place of each password of a url in it."""
    return _QUERY.sub(r"\1***", _AUTHORITY.sub(r"\1***@", text))
