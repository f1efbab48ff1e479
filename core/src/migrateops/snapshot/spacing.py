"""Canonical SQL, which has a blank between its parts, with blanks as people set them."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"""(?P<blank>\s*)(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^\s'"`]+)""")
_NAME = re.compile(r"""[^\W\d][\w$]*|".*"|`.*`""", re.DOTALL)
# fmt: off
_KEYWORDS = frozenset({
    "and", "as", "between", "by", "case", "check", "collate", "div", "else", "escape", "exists",
    "filter", "from", "glob", "ilike", "in", "is", "like", "mod", "not", "on", "or", "order", "over",
    "partition", "regexp", "rlike", "select", "similar", "symmetric", "then", "to", "using", "values",
    "when", "where", "with", "xor",
})
# fmt: on
_NONE_AFTER = frozenset({"(", "[", ".", "::"})
_NONE_BEFORE = frozenset({")", "]", ",", ".", "::", "[", ";"})


@lru_cache(maxsize=4096)
def spaced(sql: str) -> str:
    """Return SQL without the blanks that people do not set; what is in quotes stays as it is.

    Args:
        sql: The SQL, in canonical form.
    """
    if "\\" in sql:
        # Whether it ends what is in quotes is the dialect's affair.
        return sql
    parts = [(bool(found["blank"]), found["text"]) for found in _PART.finditer(sql)]
    written = ""
    for place, (blank, text) in enumerate(parts):
        before = [part for _, part in parts[max(0, place - 2) : place]]
        written += f" {text}" if blank and before and not _joins(before, text) else text
    return written


def _joins(before: list[str], text: str) -> bool:
    """Say whether no blank stands between the parts before and a part."""
    last = before[-1]
    if last in _NONE_AFTER or text in _NONE_BEFORE:
        return True
    if text == "(":
        is_function = _NAME.fullmatch(last) is not None and last.lower() not in _KEYWORDS
        return is_function and before[0].lower() != "using"
    return last in ("-", "+") and (len(before) == 1 or _wants_operand(before[0]))


def _wants_operand(text: str) -> bool:
    """Say whether a sign after a part is that of a number."""
    return text.lower() in _KEYWORDS or not (text[0].isalnum() or text[0] in "_'\"`)]")
