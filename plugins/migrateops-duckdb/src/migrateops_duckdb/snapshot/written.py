"""What only the engine's own text of a table or an index says; it writes all of them in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from migrateops_duckdb.sql_text import tokens, unquoted

_COLUMN = re.compile(r'\s*(?P<name>"(?:[^"]|"")*"|\w+)\s+(?P<rest>.*)', re.DOTALL)
_COLLATION = re.compile(r"\bCOLLATE (?P<name>\"(?:[^\"]|\"\")*\"|[\w.]+)")
_GENERATED = re.compile(r"\bGENERATED ALWAYS AS(?P<expression>\(.*\))\s*\Z", re.DOTALL)


class Said(NamedTuple):
    """What the text of a table says of its columns, by name."""

    collations: dict[str, str]
    generated: dict[str, str]


def of_table(sql: str) -> Said:
    """Return collations, and expressions of generated columns.

    Args:
        sql: CREATE TABLE as ``duckdb_tables()`` has it.
    """
    said = Said({}, {})
    if " COLLATE " not in sql and " GENERATED ALWAYS AS" not in sql:
        return said
    for item in _listed(sql):
        column = _COLUMN.fullmatch(item)
        if column is None:
            continue
        name, rest = unquoted(column["name"]), column["rest"]
        generated = _GENERATED.search(rest)
        collation = _COLLATION.search(_without_strings(rest))
        if generated is not None:
            said.generated[name] = generated["expression"]
        elif collation is not None:
            said.collations[name] = unquoted(collation["name"])
    return said


def of_index(sql: str) -> list[str]:
    """Return what an index is on, each as it is written.

    Args:
        sql: CREATE INDEX as ``duckdb_indexes()`` has it.
    """
    return [item.strip() for item in _listed(sql)]


def _without_strings(text: str) -> str:
    return "".join(token for token in tokens(text) if token[0] != "'")


def _listed(sql: str) -> Iterator[str]:
    """Yield what stands between the commas of the first brackets."""
    depth = 0
    written: list[str] = []
    for token in tokens(sql):
        depth -= token == ")"
        if depth == 0 and token == ")":
            yield "".join(written)
            return
        if depth == 1 and token == ",":
            yield "".join(written)
            written.clear()
        elif depth:
            written.append(token)
        depth += token == "("
