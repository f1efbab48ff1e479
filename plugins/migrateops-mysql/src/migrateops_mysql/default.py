"""A server default as the servers write it: a literal, CURRENT_TIMESTAMP, or an expression in brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from migrateops import errors
from migrateops.ddl.statements import ColumnDefault, default_text
from migrateops.operations import Target, ops
from migrateops_mysql.definition import tokens
from migrateops_mysql.server import Server
from migrateops_mysql.statements import Writer

_STRING = r"'(?:[^'\\]|''|\\.)*'"
_LITERAL = re.compile(
    rf"[+-]?[\d.]+(?:e[+-]?\d+)?|(?:_\w+\s*|[bxn])?{_STRING}|0x[\da-f]+|NULL|TRUE|FALSE",
    re.IGNORECASE | re.DOTALL,
)
_TIME = re.compile(r"(?:CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)(?:\s*\(\s*\d*\s*\))?", re.IGNORECASE)
_DIGITS = re.compile(r"\(\s*(\d+)\s*\)")
_ON_UPDATE = re.compile(r"(?P<default>.*?)\s*\bON\s+UPDATE\s+(?P<update>[^']+)", re.IGNORECASE | re.DOTALL)


def _is_bracketed(text: str) -> bool:
    """Say whether one pair of brackets is around all of an expression."""
    outer = [token for token in tokens(text) if token.depth == 0]
    return [token.text for token in outer] == ["(", ")"]


@dataclass(frozen=True)
class Default:
    """What a server default says.

    Attributes:
        value: What follows DEFAULT; None for nothing.
        on_update: What follows ON UPDATE, which is written behind a default as part of it.
        is_time: Whether it is CURRENT_TIMESTAMP, under any of its names.
    """

    value: str | None = None
    on_update: str | None = None
    is_time: bool = False


def default_of(default: Any, op: ops.AlterColumnOp, target: Target) -> Default:
    """Return what a default says, as text of a statement.

    Args:
        default: A string, which is a literal; an SQL expression; None for none.
        op: The operation that it is given to.
        target: The server.

    Raises:
        DefaultWithoutSQL: Only the server knows it.
        UnboundParameter: It has a parameter without a value.
        UnsupportedOperation: It is an expression, and the server takes none.
    """
    if default is None or default is False:
        return Default()
    # Refuses what has no SQL.
    ColumnDefault(op.table_name, op.column_name, default, op.schema)
    text = default_text(Writer(target.dialect).compiler, default).strip()
    on_update = None
    found = None if _LITERAL.fullmatch(text) else _ON_UPDATE.fullmatch(text)
    if found is not None:
        text, on_update = found["default"], found["update"]
    is_time = bool(_TIME.fullmatch(text))
    if text and not (is_time or _LITERAL.fullmatch(text) or _is_bracketed(text)):
        server = Server.of(target)
        if not server.default_expressions:
            raise errors.operations.UnsupportedOperation(
                op.describe(), target.name, f"an expression as a default, in {server.name}", "give a literal"
            )
        text = f"({text})"
    return Default(text or None, on_update, is_time)


def with_digits(text: str | None, type_: str) -> str | None:
    """Return CURRENT_TIMESTAMP with as many digits as a type has, any other text as it is.

    Args:
        text: A default, or what follows ON UPDATE.
        type_: The type of the column, as SQL.
    """
    if text is None or not _TIME.fullmatch(text):
        return text
    has, wants = (_DIGITS.search(one) for one in (text, type_))
    if (has[1] if has else "0") == (wants[1] if wants else "0"):
        return text
    return f"CURRENT_TIMESTAMP{wants[0] if wants and wants[1] != '0' else ''}"
