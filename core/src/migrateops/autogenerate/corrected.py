"""Tables of the database with all that their records say, where SQLAlchemy's reflection loses some of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    text,
)
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql.elements import TextClause, conv

from migrateops.autogenerate.items import Items, escaped
from migrateops.autogenerate.key_indexes import indexes_of_keys
from migrateops.snapshot.difference import CONSTRAINTS, What
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import ColumnRecord, TableRecord
from migrateops.snapshot.spacing import spaced
from migrateops.snapshot.texts import Texts

_COUNTING = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def correct(table: Table, record: TableRecord, texts: Texts) -> None:
    """Make a reflected table say what its record says.

    Args:
        table: The table, changed in place.
        record: What the pack has read of it.
        texts: What writes expressions as records have them.
    """
    columns = {column.name: column for column in record.columns}
    for column in table.columns:
        if column.name in columns:
            _correct_column(column, columns[column.name], texts)
    if record.primary_key is not None and record.primary_key.name is not None:
        table.primary_key.name = conv(record.primary_key.name)
    said = ModelReader(texts, lambda table, column, error: None).table(table)
    items = Items(table, texts)
    # They are in no record, and stay: also under a name of before a column had its present one.
    of_keys = [index.parts for index in indexes_of_keys(record, texts.pack)]
    for kind, of in CONSTRAINTS:
        wanted, there = of(record), of(said)
        if wanted == there:
            continue
        names = {one.name for one in wanted}
        gone: dict[str | None, Any] = {}
        for one in there:
            is_of_key = kind == What.INDEX and not one.unique and one.parts in of_keys
            if one not in wanted and (one.name in names or not is_of_key):
                gone[one.name] = items.find(kind, one)
                _take_off(table, gone[one.name])
        for one in wanted:
            if one not in there:
                items.made(kind, one, gone.get(one.name))


def _correct_column(column: Column[Any], record: ColumnRecord, texts: Texts) -> None:
    if record.collation is not None and getattr(column.type, "collation", "") is None:
        type_: Any = column.type.copy()
        type_.collation = record.collation
        column.type = type_
    # Where a default is cut off, so is what stands behind it.
    column.comment = record.comment
    default = column.server_default
    if record.computed is not None:
        if not isinstance(default, Computed) or (
            texts.expression(default.sqltext) != record.computed.expression
            or default.persisted != record.computed.persisted
        ):
            column.server_default = column.computed = None
            computed = Computed(escaped(spaced(record.computed.expression)), record.computed.persisted)
            computed._set_parent(column)
    elif record.identity is not None and isinstance(default, Identity):
        # Without what the server takes by itself.
        identity: Any = default._copy()
        for name in _COUNTING:
            setattr(identity, name, getattr(record.identity, name))
        column.server_default = column.identity = None
        identity._set_parent(column)
    elif default is None and record.default is not None and record.identity is None:
        column.server_default = DefaultClause(escaped(f"({spaced(record.default)})"))
    elif isinstance(default, DefaultClause) and isinstance(default.arg, TextClause):
        said = default.arg.text
        if record.default is not None and said.count("(") != said.count(")") and "'" not in said:
            # Cut off at a bracket.
            default.arg = escaped(f"({spaced(record.default)})")
        else:
            default.arg = text(texts.pack.written_default(said))


def _take_off(table: Table, item: Any) -> None:
    if isinstance(item, Index):
        table.indexes.discard(item)
    elif item is not None:
        table.constraints.discard(item)
        if isinstance(item, ForeignKeyConstraint):
            for key in item.elements:
                table.foreign_keys.discard(key)
                key.parent.foreign_keys.discard(key)
        elif isinstance(item, CheckConstraint):
            for column in table.columns:
                column.constraints.discard(item)
