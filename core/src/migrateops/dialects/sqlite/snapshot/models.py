"""Records of tables of the models, as this database keeps such tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from migrateops.dialects.sqlite.snapshot.canonical import collation_text
from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.records import ColumnRecord, IndexRecord, KeyRecord, Options, TableRecord

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

_USUAL_CONFLICT = "ABORT"


def as_kept(record: TableRecord, table: Table) -> TableRecord:
    """Return the record of a table of the models as the reader would return it.

    Args:
        record: What core made of the table.
        table: The table of the models.
    """
    options = _given(table)
    inline = bool(options.get("autoincrement")) and record.primary_key is not None
    alias = _rowid_alias(record, options)
    columns = tuple([_column(column, table, alias, inline) for column in record.columns])
    primary_key = record.primary_key
    if primary_key is not None:
        # Where AUTOINCREMENT is said, SQLAlchemy writes the key behind its column, without the name.
        primary_key = _key(primary_key, table, "on_conflict_primary_key")
        if inline:
            primary_key = replace(primary_key, name=None)
    # A foreign key to another schema is not written: there is none.
    references = tuple([key for key in record.foreign_keys if key.referred_schema == record.schema])
    # What is said of conflicts is read, and then ignored.
    checks = tuple([replace(check, options=()) if check.options else check for check in record.checks])
    return TableRecord(
        record.schema,
        record.name,
        columns,
        primary_key,
        tuple([_key(key, table, "on_conflict_unique") for key in record.unique]),
        references,
        checks,
        sorted_by_name([_index(index) for index in record.indexes]),
        options=_table_options(options),
    )


def _given(item: Any) -> Mapping[str, Any]:
    """Return what an object was given with options of this dialect."""
    if "dialect_options" not in vars(item):
        return {}
    return dict(item.dialect_options["sqlite"])


def _table_options(given: Mapping[str, Any]) -> Options:
    strict = (("strict", "true"),) if given.get("strict") else ()
    return strict if given.get("with_rowid", True) else (*strict, ("with_rowid", "false"))


def _rowid_alias(record: TableRecord, options: Mapping[str, Any]) -> str | None:
    """Return the column that stands for the rowid, and is never NULL whatever is declared."""
    key = record.primary_key
    if key is None or len(key.columns) != 1 or not options.get("with_rowid", True):
        return None
    (name,) = key.columns
    return (
        name if any(column.name == name and column.type == "integer" for column in record.columns) else None
    )


def _column(column: ColumnRecord, table: Table, alias: str | None, inline: bool) -> ColumnRecord:
    changes: dict[str, Any] = {}
    if column.name == alias and column.nullable:
        changes["nullable"] = False
    numbered = inline and column.name == alias
    if column.autoincrement != numbered:
        changes["autoincrement"] = numbered
    if column.computed is not None and column.computed.persisted is None:
        changes["computed"] = replace(column.computed, persisted=False)
    if column.collation is not None:
        changes["collation"] = collation_text(column.collation)
    if column.options:
        # What is said of a key's conflicts is an option of the key.
        changes["options"] = _conflict(
            "on_conflict_not_null", dict(column.options).get("on_conflict_not_null")
        )
    return replace(column, **changes) if changes else column


def _key(key: KeyRecord, table: Table, of_column: str) -> KeyRecord:
    said = dict(key.options).get("on_conflict")
    if said is None and len(key.columns) == 1:
        said = _given(_named(table, key.columns[0])).get(of_column)
    options = _conflict("on_conflict", said)
    return key if options == key.options else replace(key, options=options)


def _named(table: Table, name: str) -> Column[Any]:
    """Return a column by its name, which need not be its key in the collection."""
    column = table.columns.get(name)
    if column is None or column.name != name:
        (column,) = (each for each in table.columns if each.name == name)
    return column


def _conflict(name: str, said: str | None) -> Options:
    return ((name, said.upper()),) if said and said.upper() != _USUAL_CONFLICT else ()


def _index(index: IndexRecord) -> IndexRecord:
    if not index.options and not any(part.options for part in index.parts):
        return index
    parts = [
        replace(
            part,
            options=tuple(
                [(name, value.upper() if name == "collation" else value) for name, value in part.options]
            ),
        )
        for part in index.parts
    ]
    return replace(index, parts=tuple(parts))
