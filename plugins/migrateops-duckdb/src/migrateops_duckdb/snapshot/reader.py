"""Records of the tables that the catalog lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.names import Unsaid
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
from migrateops_duckdb.snapshot.written import Said
from migrateops_duckdb.sql_text import foreign_key, unquoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WHOLE = re.compile(r"u?(?:tiny|small|big|huge)?int|u?integer|decimal\(\d+,0\)")
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
        schema = None if row.schema == own else row.schema
        constraints = [_readable(one, schema) for one in found.constraints.get(row.oid, [])]
        sql = row.sql
        for one, other in zip(found.constraints.get(row.oid, []), constraints, strict=True):
            sql = sql.replace(one.text, other.text) if one.text else sql
        said = written.of_table(sql)
        constraints = _by_one_name(constraints)
        key = next(iter(_keys(constraints, "PRIMARY KEY")), None)
        yield TableRecord(
            schema,
            row.name,
            tuple([_column(row, column, said, key, columns) for column in found.columns.get(row.oid, [])]),
            key,
            sorted_by_name(_keys(constraints, "UNIQUE")),
            sorted_by_name([_reference(one, schema) for one in constraints if one.kind == "FOREIGN KEY"]),
            sorted_by_name([_check(one) for one in constraints if one.kind == "CHECK"]),
            sorted_by_name([_index(index) for index in found.indexes.get(row.oid, [])]),
            comment=row.comment or None,
        )


def _column(
    table: TableRow, row: ColumnRow, said: Said, key: KeyRecord | None, known: dict[ColumnRow, ColumnRecord]
) -> ColumnRecord:
    generated = said.generated.get(row.name)
    collation = said.collations.get(row.name)
    type_ = canonical.type_name(row.type)
    numbered = row.default is not None and numbers_rows(row.default, type_, table.name, row.name, key)
    if generated is None and collation is None and not numbered and row in known:
        return known[row]
    default = None if generated is not None or numbered else row.default
    record = ColumnRecord(
        row.name,
        type_,
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


def numbers_rows(default: str, type_: str, table: str, column: str, key: KeyRecord | None) -> bool:
    """Say whether a default takes its number from a sequence that SQLAlchemy makes for a column.

    That is known by its name.  It keeps the name when table or column are renamed, so that for a column
    that is the primary key any name of that form will do.

    Args:
        default: The default, as SQL.
        type_: The type of the column, which has to be one of whole numbers.
        table: Name of the table, unquoted.
        column: Name of the column, unquoted.
        key: The primary key of the table.
    """
    found = _NEXT.fullmatch(default) if _WHOLE.fullmatch(type_) else None
    names = _NAME.findall(found["name"].replace("''", "'")) if found is not None else []
    if not names:
        return False
    sequence = unquoted(names[-1])
    if key is not None and key.columns == (column,) and sequence.endswith("_seq"):
        return True
    return sequence == f"{table}_{column}_seq"


# -- constraints ----------------------------------------------------------------------------------
def _readable(row: ConstraintRow, schema: str | None) -> ConstraintRow:
    if row.kind != "FOREIGN KEY" or row.referred_table is None:
        return row
    return row._replace(text=foreign_key(row.columns, schema, row.referred_table, row.referred_columns))


def _by_one_name(constraints: Sequence[ConstraintRow]) -> list[ConstraintRow]:
    """Return constraints of which no two have one name: these are called by what they say."""
    said: dict[str | None, set[str]] = {}
    for one in constraints:
        said.setdefault(one.name, set()).add(one.text)
    return [
        one if one.name is None or len(said[one.name]) == 1 else one._replace(name=_said(one))
        for one in constraints
    ]


def _said(one: ConstraintRow) -> str:
    # A CHECK that is made again may be of other case, as it is in a record.
    return one.text if one.kind != "CHECK" else f"CHECK ({canonical.expression_text(one.expression or '')})"


def _keys(constraints: Iterable[ConstraintRow], kind: str) -> list[KeyRecord]:
    return [KeyRecord(Unsaid(one.name or ""), tuple(one.columns)) for one in constraints if one.kind == kind]


def _reference(row: ConstraintRow, schema: str | None) -> ForeignKeyRecord:
    # One to another schema is refused by the engine.
    return ForeignKeyRecord(
        Unsaid(row.name or ""),
        tuple(row.columns),
        schema,
        row.referred_table or "",
        tuple(row.referred_columns),
    )


def _check(row: ConstraintRow) -> CheckRecord:
    name = Unsaid(row.name) if row.name is not None else None
    return CheckRecord(name, canonical.expression_text(row.expression or ""))


def _index(row: IndexRow) -> IndexRecord:
    parts = [_part(item) for item in written.of_index(row.sql)]
    return IndexRecord(row.name, tuple(parts), row.unique)


def _part(item: str) -> IndexPartRecord:
    if _NAME.fullmatch(item):
        return IndexPartRecord(unquoted(item))
    return IndexPartRecord(canonical.expression_text(item), expression=True)
