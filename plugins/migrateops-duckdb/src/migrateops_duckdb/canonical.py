"""Types, defaults and expressions in the form in which equal ones agree, the engine's and the models'."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from migrateops_duckdb.sql_text import tokens

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_NAMES = {
    # The engine keeps no length of a text.
    **dict.fromkeys(
        ("text", "string", "char", "bpchar", "character varying", "character", "nvarchar"), "varchar"
    ),
    **dict.fromkeys(("int", "int4", "signed", "integral"), "integer"),
    **dict.fromkeys(("int8", "long"), "bigint"),
    **dict.fromkeys(("int2", "short"), "smallint"),
    **dict.fromkeys(("float8", "double precision"), "double"),
    **dict.fromkeys(("float4", "real"), "float"),
    **dict.fromkeys(("bytea", "binary", "varbinary", "bytes"), "blob"),
    **dict.fromkeys(("datetime", "timestamp without time zone"), "timestamp"),
    **dict.fromkeys(("numeric", "dec"), "decimal"),
    "timestamptz": "timestamp with time zone",
    "time without time zone": "time",
    "bool": "boolean",
    "logical": "boolean",
}
_TYPE = re.compile(r"(?P<name>[a-z][a-z0-9_ ]*?) ?(?P<size>\([\d ,]*\))?(?P<rest>(?: with.*)?(?:\[\d*\])*)")
_CAST = re.compile(r"CAST\(('(?:[^']|'')*'|-?[\d.]+) AS [\w ()]+\)", re.IGNORECASE)
_BOOLEAN = re.compile(r"CAST\('([tf])' AS BOOLEAN\)", re.IGNORECASE)
_PLAIN = re.compile(r'"([a-z_][a-z0-9_]*)"')
# Those that the engine has besides.
_RESERVED = RESERVED_WORDS | {"describe", "lambda", "pivot", "qualify", "show", "summarize", "unpivot"}
_STRING = re.compile(r"('(?:[^']|'')*')")


def type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type's text under the one name that the engine gives it."""
    return type_name(type_.compile(dialect=dialect))


@lru_cache(maxsize=4096)
def type_name(text: str) -> str:
    """Return a type under the one name that the engine gives it.

    Args:
        text: The type as it is written, by SQLAlchemy or by the engine.
    """
    found = _TYPE.fullmatch(" ".join(text.lower().split()))
    if found is None or "'" in text:
        return text
    plain = f"{found['name']}{found['rest'].rstrip('[]0123456789')}"
    name = _NAMES.get(plain, plain)
    dimensions = found["rest"][len(found["rest"].rstrip("[]0123456789")) :]
    size = (found["size"] or "").replace(" ", "")
    if name == "decimal":
        size = size or "(18,3)"
        size = size if "," in size else f"{size[:-1]},0)"
    elif name != "bit":
        size = ""
    return f"{name}{size}{dimensions}"


@lru_cache(maxsize=4096)
def expression_text(text: str) -> str:
    """Return an expression in lower case outside of its strings, without casts of literals; it is SQL still.

    Blanks that part nothing go, and so do brackets around the whole of it.
    """
    text = _BOOLEAN.sub(lambda found: {"t": "true", "f": "false"}[found[1].lower()], text.strip())
    parts: list[str] = []
    parted = False
    for token in tokens(_CAST.sub(r"\1", text)):
        if token.isspace():
            parted = True
            continue
        if parted and parts and _is_word(parts[-1][-1]) and _is_word(token[0]):
            parts.append(" ")
        parts.append(token if token.startswith("'") else _bare(token.lower()))
        parted = False
    text = "".join(parts)
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1]
    return text


def _bare(token: str) -> str:
    """Return a name without quotes that it has for its case alone: SQLAlchemy writes them, the engine not."""
    found = _PLAIN.fullmatch(token)
    return found[1] if found and found[1] not in _RESERVED else token


def _is_word(mark: str) -> bool:
    return mark.isalnum() or mark in "_'\""


def _closes_last(text: str) -> bool:
    depth = 0
    for position, part in enumerate(_STRING.sub(lambda found: "x" * len(found[0]), text)):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth == 0:
            return position == len(text) - 1
    return False
