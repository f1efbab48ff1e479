"""Reading the tables of whole schemas: two statements for each, however many tables there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from migrateops.dialects.sqlite.snapshot import definition, indexes
from migrateops.dialects.sqlite.snapshot.canonical import collation_text, default_text, type_text
from migrateops.dialects.sqlite.snapshot.definition import Said
from migrateops.dialects.sqlite.statements import quoted
from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import (
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexRecord,
    KeyRecord,
    Options,
    TableRecord,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# table_xinfo: columns that only a virtual table has, and generated ones that are stored.
_HIDDEN, _STORED = 1, 3

ColumnRow = tuple[str, str, int, str | None, int, int]
"""Name, type, NOT NULL, default, place in the primary key, whether hidden: as ``table_xinfo`` has it."""


def read(
    connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None
) -> Iterator[TableRecord]:
    """Yield the records of the tables of some schemas.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is ``main``.
        names: The tables wanted; all of them when None.
    """
    wanted = None if names is None else frozenset(names)
    for schema in schemas:
        yield from _Schema(connection, schema).records(wanted)


class _Schema:
    """One schema, as its catalog lists it."""

    def __init__(self, connection: Connection, schema: str | None) -> None:
        self.schema = own_schema(schema, connection.dialect)
        place = schema or "main"
        catalog = f"{quoted(place)}.sqlite_master"
        self.tables: dict[str, str] = {}
        self.indexes: dict[str, list[tuple[str, str]]] = {}
        listed = connection.exec_driver_sql(
            f"SELECT type, name, tbl_name, sql FROM {catalog}"
            r" WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
        )
        for kind, name, table, sql in listed:
            if kind == "table":
                self.tables[name] = sql
            else:
                self.indexes.setdefault(table, []).append((name, sql))
        self.columns = self._columns(connection, catalog, place)
        self.by_folded = {_folded(name): name for name in self.tables}
        self.modules = [name for name, sql in self.tables.items() if _is_virtual(sql)]

    @staticmethod
    def _columns(connection: Connection, catalog: str, place: str) -> dict[str, list[ColumnRow]]:
        """Return the columns by table; without those of virtual tables whose module is not loaded."""
        statement = (
            'SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden'
            f" FROM {catalog} AS m, pragma_table_xinfo(m.name, ?) AS c"
            f" WHERE m.type = 'table' AND c.hidden <> {_HIDDEN}"
        )
        try:
            rows = connection.exec_driver_sql(statement, (place,)).all()
        except OperationalError:
            ordinary = f"{statement} AND m.sql NOT LIKE 'CREATE VIRTUAL%'"
            rows = connection.exec_driver_sql(ordinary, (place,)).all()
        columns: dict[str, list[ColumnRow]] = {}
        for row in rows:
            columns.setdefault(row[0], []).append(row[1:])
        return columns

    def records(self, wanted: frozenset[str] | None) -> Iterator[TableRecord]:
        known: dict[ColumnRow, ColumnRecord] = {}
        for name, sql in self.tables.items():
            if wanted is None or name in wanted:
                yield self._record(name, sql, known)

    def _record(self, name: str, sql: str, known: dict[ColumnRow, ColumnRecord]) -> TableRecord:
        said = definition.read(sql, self.schema)
        rows = self.columns.get(name, [])
        names = _Names(rows)
        key = _key_columns(rows)
        alias = _rowid_alias(rows, said, key)
        columns: list[ColumnRecord] = []
        for row in rows:
            record = known.get(row)
            if record is None:
                record = known[row] = _column(row)
            columns.append(record)
        if alias is not None or said.of_columns:
            columns = [
                _completed(column, row, said, alias) for column, row in zip(columns, rows, strict=True)
            ]
        primary_key = None
        if key:
            found = said.primary_key or KeyRecord(None, key)
            primary_key = KeyRecord(found.name, key, options=found.options)
        own = self.indexes.get(name, ())
        return TableRecord(
            self.schema,
            name,
            tuple(columns),
            primary_key,
            sorted_by_name([names.in_key(each) for each in said.unique]),
            sorted_by_name([self._reference(each, names) for each in said.foreign_keys]),
            sorted_by_name(said.checks),
            sorted_by_name([names.in_index(indexes.read(*each)) for each in own]),
            options=said.options,
            part_of=self._part_of(name, sql),
        )

    def _reference(self, key: ForeignKeyRecord, names: _Names) -> ForeignKeyRecord:
        table = self.by_folded.get(_folded(key.referred_table), key.referred_table)
        rows = self.columns.get(table, [])
        # Without columns, it is the primary key that is referred to.
        referred = _Names(rows).true(key.referred_columns) if key.referred_columns else _key_columns(rows)
        columns = names.true(key.columns)
        if (table, referred, columns) == (key.referred_table, key.referred_columns, key.columns):
            return key
        return replace(key, columns=columns, referred_table=table, referred_columns=referred)

    def _part_of(self, name: str, sql: str) -> str | None:
        if _is_virtual(sql):
            return "a module: it is a virtual table"
        for module in self.modules:
            # What a module keeps its data in, such as "search_content" of "search".
            if name.startswith(f"{module}_"):
                return f"virtual table {module!r}"
        return None


class _Names:
    """Names of a table's columns, which constraints and indexes may write in another case."""

    def __init__(self, rows: Iterable[ColumnRow]) -> None:
        self.names = frozenset([row[0] for row in rows])

    def true(self, written: tuple[str, ...]) -> tuple[str, ...]:
        """Return names as they are where the columns are defined."""
        if self.names.issuperset(written):
            return written
        return tuple([self.one(name) for name in written])

    def one(self, written: str) -> str:
        """Return one name as it is where the column is defined."""
        if written in self.names:
            return written
        return next((name for name in self.names if _folded(name) == _folded(written)), written)

    def in_key(self, key: KeyRecord) -> KeyRecord:
        """Return a key with true names."""
        columns = self.true(key.columns)
        return key if columns is key.columns else replace(key, columns=columns)

    def in_index(self, index: IndexRecord) -> IndexRecord:
        """Return an index with true names."""
        if all(part.expression or part.text in self.names for part in index.parts):
            return index
        parts = [part if part.expression else replace(part, text=self.one(part.text)) for part in index.parts]
        return replace(index, parts=tuple(parts))


def _folded(name: str) -> str:
    return name.translate(_LOWER)


def _is_virtual(sql: str) -> bool:
    return sql[:14].upper() == "CREATE VIRTUAL"


def _key_columns(rows: Iterable[ColumnRow]) -> tuple[str, ...]:
    return tuple([row[0] for row in sorted(rows, key=lambda row: row[4]) if row[4]])


def _rowid_alias(rows: Sequence[ColumnRow], said: Said, key: tuple[str, ...]) -> str | None:
    """Return the column that stands for the rowid, and is never NULL whatever is declared."""
    if len(key) != 1 or said.descending or ("with_rowid", "false") in said.options:
        return None
    (row,) = (row for row in rows if row[4])
    return row[0] if row[1].upper() == "INTEGER" else None


def _column(row: ColumnRow) -> ColumnRecord:
    name, type_, not_null, default, _, _ = row
    return ColumnRecord(
        name, type_text(type_), not not_null, default_text(default) if default is not None else None
    )


def _completed(column: ColumnRecord, row: ColumnRow, said: Said, alias: str | None) -> ColumnRecord:
    """Return a column with what the text of its table says of it."""
    changes: dict[str, Any] = {}
    if column.name == alias and (column.nullable or said.autoincrement):
        changes["nullable"] = False
        changes["autoincrement"] = said.autoincrement
    if column.name in said.collations:
        changes["collation"] = collation_text(said.collations[column.name])
    if column.name in said.generated:
        changes["computed"] = ComputedRecord(said.generated[column.name], persisted=row[5] == _STORED)
    if column.name in said.not_null:
        options: Options = (("on_conflict_not_null", said.not_null[column.name]),)
        changes["options"] = options
    return replace(column, **changes) if changes else column
