"""Records of the tables that the catalog lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    TableRecord,
)
from migrateops_duckdb import canonical
from migrateops_duckdb.snapshot import catalog, written
from migrateops_duckdb.snapshot.catalog import ColumnRow, ConstraintRow, Found, IndexRow, TableRow
from migrateops_duckdb.snapshot.written import Said, unquoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAMED = re.compile(r"\$(\w+)")
_NEXT = re.compile(r"nextval\('(?P<name>.*)'\)", re.DOTALL)
_NAME = re.compile(r'"(?:[^"]|"")*"|\w+')


def read(
    connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None
) -> Iterator[TableRecord]:
    """Yield the records of the tables of some schemas.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is the default schema.
        names: The tables wanted; all of them when None.
    """
    own = connection.dialect.default_schema_name or "main"

    def send(statement: str, parameters: Mapping[str, Any]) -> catalog.Rows:
        return connection.execute(text(_NAMED.sub(r":\1", statement)), parameters).all()

    asked = list(dict.fromkeys(schema or own for schema in schemas))
    return records(catalog.read(send, asked, names), own)


def records(found: Found, own: str) -> Iterator[TableRecord]:
    """Yield the records of what the catalog says.

    Args:
        found: What it says.
        own: Name of the default schema.
    """
    columns: dict[ColumnRow, ColumnRecord] = {}
    for row in found.tables:
        said = written.of_table(row.sql)
        schema = None if row.schema == own else row.schema
        constraints = found.constraints.get(row.oid, [])
        yield TableRecord(
            schema,
            row.name,
            tuple([_column(row, column, said, columns) for column in found.columns.get(row.oid, [])]),
            next(iter(_keys(constraints, "PRIMARY KEY")), None),
            sorted_by_name(_keys(constraints, "UNIQUE")),
            sorted_by_name([_reference(one, schema) for one in constraints if one.kind == "FOREIGN KEY"]),
            sorted_by_name([_check(one) for one in constraints if one.kind == "CHECK"]),
            sorted_by_name([_index(index) for index in found.indexes.get(row.oid, [])]),
            comment=row.comment or None,
        )


def _column(
    table: TableRow, row: ColumnRow, said: Said, known: dict[ColumnRow, ColumnRecord]
) -> ColumnRecord:
    generated = said.generated.get(row.name)
    collation = said.collations.get(row.name)
    numbered = row.default is not None and is_own_sequence(row.default, table.name, row.name)
    if generated is None and collation is None and not numbered and row in known:
        return known[row]
    default = None if generated is not None or numbered else row.default
    record = ColumnRecord(
        row.name,
        canonical.type_name(row.type),
        row.nullable,
        canonical.expression_text(default) if default is not None and default != "NULL" else None,
        ComputedRecord(canonical.expression_text(generated), persisted=False)
        if generated is not None
        else None,
        collation=collation.lower() if collation is not None else None,
        comment=row.comment or None,
        autoincrement=numbered,
    )
    if generated is None and collation is None and not numbered:
        known[row] = record
    return record


def is_own_sequence(default: str, table: str, column: str) -> bool:
    """Say whether a default takes its number from the sequence that SQLAlchemy makes for a column."""
    found = _NEXT.fullmatch(default)
    if found is None:
        return False
    names = _NAME.findall(found["name"].replace("''", "'"))
    return bool(names) and unquoted(names[-1]) == f"{table}_{column}_seq"


def _keys(constraints: Iterable[ConstraintRow], kind: str) -> list[KeyRecord]:
    return [KeyRecord(None, tuple(one.columns)) for one in constraints if one.kind == kind]


def _reference(row: ConstraintRow, schema: str | None) -> ForeignKeyRecord:
    # One to another schema is refused by the engine.
    return ForeignKeyRecord(
        None, tuple(row.columns), schema, row.referred_table or "", tuple(row.referred_columns)
    )


def _check(row: ConstraintRow) -> CheckRecord:
    return CheckRecord(None, canonical.expression_text(row.expression or ""))


def _index(row: IndexRow) -> IndexRecord:
    parts = [_part(item) for item in written.of_index(row.sql)]
    return IndexRecord(row.name, tuple(parts), row.unique)


def _part(item: str) -> IndexPartRecord:
    if _NAME.fullmatch(item):
        return IndexPartRecord(unquoted(item))
    return IndexPartRecord(canonical.expression_text(item), expression=True)
