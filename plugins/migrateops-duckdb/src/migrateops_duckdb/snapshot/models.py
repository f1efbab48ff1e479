"""Records of tables of the models, as the engine would have such tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ForeignKeyRecord,
    IndexRecord,
    KeyRecord,
    TableRecord,
)
from migrateops_duckdb.snapshot.reader import is_own_sequence


def as_kept(record: TableRecord) -> TableRecord:
    """Return the record of a table of the models as the reader would return it.

    Args:
        record: What core made of the table.
    """
    key = record.primary_key
    references = [
        ForeignKeyRecord(None, one.columns, one.referred_schema, one.referred_table, one.referred_columns)
        for one in record.foreign_keys
    ]
    return replace(
        record,
        columns=tuple([_column(column, record) for column in record.columns]),
        primary_key=KeyRecord(None, key.columns) if key is not None else None,
        # The engine keeps no names of constraints.
        unique=sorted_by_name([KeyRecord(None, one.columns) for one in record.unique]),
        foreign_keys=sorted_by_name(references),
        checks=sorted_by_name([CheckRecord(None, one.expression) for one in record.checks]),
        indexes=sorted_by_name([_index(index) for index in record.indexes]),
        options=(),
    )


def _column(column: ColumnRecord, table: TableRecord) -> ColumnRecord:
    changes: dict[str, Any] = {}
    if column.nullable and table.primary_key is not None and column.name in table.primary_key.columns:
        changes["nullable"] = False
    if column.default == "null":
        changes["default"] = None
    elif column.default is not None and is_own_sequence(column.default, table.name, column.name):
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
