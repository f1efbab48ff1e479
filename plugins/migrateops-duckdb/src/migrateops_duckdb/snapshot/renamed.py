"""Names of constraints, which the engine makes of those of tables and columns, and so makes anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import CheckRecord, ForeignKeyRecord, KeyRecord, TableRecord
from migrateops_duckdb.sql_text import foreign_key, made_up_name, tokens, unquoted


def renamed(record: TableRecord, before: TableRecord) -> TableRecord:
    """Return a record with constraints as the engine calls them.

    Args:
        record: The table under its new names, with constraints that are called as before.
        before: The table as it is.
    """

    def named(items: Sequence[Any], had: Sequence[Any], *names: Callable[[TableRecord, Any], str]) -> Any:
        return sorted_by_name(
            [_named(item, old, record, before, names) for item, old in zip(items, had, strict=True)]
        )

    return replace(
        record,
        unique=named(record.unique, before.unique, _of_unique),
        foreign_keys=named(record.foreign_keys, before.foreign_keys, _of_foreign_key, _text_of_foreign_key),
        checks=named(record.checks, before.checks, _of_check),
    )


def _named(
    item: Any,
    old: Any,
    record: TableRecord,
    before: TableRecord,
    names: Sequence[Callable[[TableRecord, Any], str]],
) -> Any:
    """Return a constraint with the name that is made as its present one is."""
    for name in names:
        if old.name == name(before, old):
            return replace(item, name=Unsaid(name(record, item)))
    return item


def _of_unique(table: TableRecord, key: KeyRecord) -> str:
    return made_up_name(table.name, key.columns, "key")


def _of_foreign_key(table: TableRecord, key: ForeignKeyRecord) -> str:
    return made_up_name(table.name, (*key.columns, *key.referred_columns), "fkey")


def _text_of_foreign_key(table: TableRecord, key: ForeignKeyRecord) -> str:
    return foreign_key(key.columns, table.schema, key.referred_table, key.referred_columns)


def _of_check(table: TableRecord, check: CheckRecord) -> str:
    columns = {column.name.lower() for column in table.columns}
    words = tokens(check.expression)
    said = [
        unquoted(word).lower() for word, after in zip(words, [*words[1:], ""], strict=True) if after != "("
    ]
    return made_up_name(table.name, [word for word in said if word in columns], "check")
