"""Hide the passwords of a url before it is shown."""

from __future__ import annotations

import re
from typing import Any

# Compiled at their first use: most commands show no url.
# Up to the last "@" of the authority, as a password may hold one that is not quoted.
_AUTHORITY = r"(?s)(://[^:/?#@]*:).*@"
# A whole connection string inside the query may hold one too.
_QUERY = r"(?i)((?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|odbc_connect)=)[^&;]*"


def masked(text: str) -> str:
    """Return *text* with ``***`` in place of each password of a url in it."""
    return masked_query(re.sub(_AUTHORITY, r"\1***@", text))


def shown(url: Any) -> str:
    """Return the text of a url of SQLAlchemy's with asterisks in place of what is secret in it."""
    return masked_query(url.render_as_string(hide_password=True))


def masked_query(text: str) -> str:
    """Return *text* with ``***`` in place of each password in the query of a url in it."""
    return re.sub(_QUERY, r"\1***", text) if "=" in text else text
