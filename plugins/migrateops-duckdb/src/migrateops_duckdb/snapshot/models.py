"""Records of tables of the models, as the engine would have such tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ForeignKeyRecord,
    IndexRecord,
    KeyRecord,
    TableRecord,
)
from migrateops_duckdb.snapshot.reader import numbers_rows
from migrateops_duckdb.sql_text import made_up_name


def as_kept(record: TableRecord) -> TableRecord:
    """Return the record of a table of the models as the reader would return it.

    Args:
        record: What core made of the table.
    """
    key = record.primary_key
    return replace(
        record,
        columns=tuple([_column(column, record) for column in record.columns]),
        # None of the names is kept.  That of a primary key is compared by nobody.
        primary_key=_key(record, replace(key, name=None), "pkey") if key is not None else None,
        unique=sorted_by_name([_key(record, one, "key") for one in record.unique]),
        foreign_keys=sorted_by_name([_reference(record, one) for one in record.foreign_keys]),
        checks=tuple([CheckRecord(one.name, one.expression) for one in record.checks]),
        indexes=tuple([_index(index) for index in record.indexes]),
        options=(),
    )


def _key(table: TableRecord, key: KeyRecord, label: str) -> KeyRecord:
    name = key.name
    return KeyRecord(
        Unsaid(made_up_name(table.name, key.columns, label)) if name is None else name, key.columns
    )


def _reference(table: TableRecord, key: ForeignKeyRecord) -> ForeignKeyRecord:
    name = key.name
    if name is None:
        name = Unsaid(made_up_name(table.name, (*key.columns, *key.referred_columns), "fkey"))
    return ForeignKeyRecord(name, key.columns, key.referred_schema, key.referred_table, key.referred_columns)


def _column(column: ColumnRecord, table: TableRecord) -> ColumnRecord:
    changes: dict[str, Any] = {}
    if column.nullable and table.primary_key is not None and column.name in table.primary_key.columns:
        changes["nullable"] = False
    if column.default == "null":
        changes["default"] = None
    elif column.default is not None and numbers_rows(
        column.default, column.type, table.name, column.name, table.primary_key
    ):
        changes |= {"default": None, "autoincrement": True}
    if column.computed is not None and column.computed.persisted is None:
        changes["computed"] = replace(column.computed, persisted=False)
    if column.collation is not None and column.collation != column.collation.lower():
        changes["collation"] = column.collation.lower()
    return replace(column, options=(), **changes) if changes or column.options else column


def _index(index: IndexRecord) -> IndexRecord:
    # Neither order nor anything else is kept.
    parts = tuple([replace(part, options=()) if part.options else part for part in index.parts])
    return replace(index, parts=parts, options=()) if index.options or parts != index.parts else index
