"""Records of tables of the models, as these servers would have such tables."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.records import ColumnRecord, ForeignKeyRecord, IndexRecord, KeyRecord, TableRecord
from migrateops_mysql import canonical
from migrateops_mysql.snapshot.kept import collation_name, default_of, made_for_key, table_options

if TYPE_CHECKING:
    from sqlalchemy import Table

# Of a statement; or nothing that the server would say.
_NOT_KEPT = frozenset({"using", "with_parser", "length"})
_WHOLE = re.compile(r"(?:var)?(?:char|binary)\((\d+)\)")


def as_kept(record: TableRecord, table: Table) -> TableRecord:
    """Return the record of a table of the models as the reader would return it.

    Args:
        record: What core made of the table.
        table: The table of the models.
    """
    in_key = frozenset(record.primary_key.columns) if record.primary_key is not None else frozenset()
    columns = tuple([_column(column, in_key) for column in record.columns])
    types = {column.name: column.type for column in columns}
    references = tuple([_reference(key) for key in record.foreign_keys])
    unique = [_key(key) for key in record.unique]
    indexes: list[IndexRecord] = []
    for index in record.indexes:
        kept = _index(index, types) if index.options or any(part.options for part in index.parts) else index
        plain = not kept.options and not any(part.options or part.expression for part in kept.parts)
        if kept.unique and plain and kept.parts:
            # A unique constraint is nothing else here.
            unique.append(KeyRecord(kept.name, tuple([part.text for part in kept.parts])))
        elif not made_for_key(kept, references):
            indexes.append(kept)
    primary_key = record.primary_key
    if primary_key is not None:
        primary_key = replace(_key(primary_key), name=None)
    return TableRecord(
        record.schema,
        record.name,
        columns,
        primary_key,
        sorted_by_name(unique),
        references,
        record.checks,
        sorted_by_name(indexes),
        record.others,
        record.comment,
        table_options(record.options) if record.options else (),
    )


def _column(column: ColumnRecord, in_key: frozenset[str]) -> ColumnRecord:
    changes: dict[str, Any] = {}
    if column.nullable and column.name in in_key:
        changes["nullable"] = False
    if column.type == canonical.JSON:
        changes["type"] = "json"
    default = default_of(column.type, column.default)
    if default != column.default:
        changes["default"] = default
    if column.computed is not None:
        # MariaDB has no NOT NULL of a generated column.
        changes["nullable"] = True
        if column.computed.persisted is None:
            changes["computed"] = replace(column.computed, persisted=False)
    if column.collation is not None:
        changes["collation"] = collation_name(column.collation)
    return replace(column, **changes) if changes else column


def _key(key: KeyRecord) -> KeyRecord:
    return replace(key, options=()) if key.options else key


def _reference(key: ForeignKeyRecord) -> ForeignKeyRecord:
    on_update, on_delete = _action(key.onupdate), _action(key.ondelete)
    if (on_update, on_delete) == (key.onupdate, key.ondelete):
        return key
    return replace(key, onupdate=on_update, ondelete=on_delete)


def _action(said: str | None) -> str | None:
    return None if said == "restrict" else said


def _index(index: IndexRecord, types: dict[str, str]) -> IndexRecord:
    said = dict(index.options)
    parts = []
    for part in index.parts:
        options = dict(part.options)
        length = options.pop("length", said.get("length"))
        whole = _WHOLE.fullmatch(types.get(part.text, ""))
        if length is not None and not part.expression and not (whole and int(whole[1]) <= int(length)):
            options["length"] = length
        parts.append(replace(part, options=tuple(sorted(options.items()))))
    kept = [(name, value.lower()) for name, value in index.options if name not in _NOT_KEPT]
    return replace(index, parts=tuple(parts), options=tuple(kept))
