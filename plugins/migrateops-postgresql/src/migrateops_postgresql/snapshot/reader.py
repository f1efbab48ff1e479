"""Records of the tables that the catalog lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrateops.snapshot.canonical import identity_record, sorted_by_name
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    Definition,
    ForeignKeyRecord,
    IdentityRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    Options,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops_postgresql import canonical
from migrateops_postgresql.snapshot import catalog
from migrateops_postgresql.snapshot.catalog import ColumnRow, Constraint, Found, IndexRow, TableRow

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect

_ACTIONS = {"r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_MATCHES = {"f": "full", "p": "partial"}
# typtype of the types whose names are the user's: composite types, domains, enums.
_NAMED = frozenset("cde")
_DESCENDING, _NULLS_FIRST = 1, 2
_SEQUENCE = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def read(
    connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None
) -> Iterator[TableRecord]:
    """Yield the records of the tables of some schemas.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is the default schema.
        names: The tables wanted; all of them when None.
    """
    own = connection.dialect.default_schema_name
    asked = [name for name in dict.fromkeys(schema or own for schema in schemas) if name is not None]
    return records(catalog.read(connection, asked, names), connection.dialect)


def records(found: Found, dialect: Dialect) -> Iterator[TableRecord]:
    """Yield the records of what the catalog says."""
    reader = _Reader(dialect)
    for row in found.tables:
        yield reader.table(row, found.columns.get(row.oid, []), found.indexes.get(row.oid, []))


def storage_text(parameters: Iterable[tuple[str, object]]) -> str:
    """Return storage parameters as an option has them."""
    return ", ".join(sorted(f"{name} = {value}".lower() for name, value in parameters))


class _Reader:
    """Makes records, each of equal ones once."""

    def __init__(self, dialect: Dialect) -> None:
        self._own = dialect.default_schema_name
        self._preparer = dialect.identifier_preparer
        self._columns: dict[tuple[Any, ...], ColumnRecord] = {}

    def _schema(self, name: str) -> str | None:
        return None if name == self._own else name

    def _relation(self, schema: str, name: str) -> str:
        return name if schema == self._own else f"{schema}.{name}"

    def table(self, row: TableRow, columns: Sequence[ColumnRow], indexes: Sequence[IndexRow]) -> TableRecord:
        names = {column.number: column.name for column in columns}
        made = [self._column(column) for column in columns]
        primary_key: KeyRecord | None = None
        unique: list[KeyRecord] = []
        references: list[ForeignKeyRecord] = []
        checks: list[CheckRecord] = []
        others: list[OtherConstraintRecord] = []
        for constraint in catalog.constraints(row):
            match constraint.kind:
                case "p":
                    primary_key = _key(constraint, names)
                case "u":
                    unique.append(_key(constraint, names))
                case "f":
                    references.append(self._reference(constraint, names))
                case "c":
                    checks.append(_check(constraint))
                case _:
                    sql = constraint.text or ""
                    definition = Definition(canonical.expression_text(sql), sql)
                    others.append(
                        OtherConstraintRecord("exclude", constraint.name, definition, constraint.comment)
                    )
        parents = json.loads(row.parents) if row.parents is not None else []
        return TableRecord(
            self._schema(row.schema),
            row.name,
            tuple(made),
            primary_key,
            sorted_by_name(unique),
            sorted_by_name(references),
            sorted_by_name(checks),
            sorted_by_name([_index(index, names) for index in indexes]),
            sorted_by_name(others),
            row.comment,
            self._options(row, parents),
            self._part_of(row, parents),
        )

    def _options(self, row: TableRow, parents: Sequence[tuple[str, str]]) -> Options:
        said: dict[str, str | None] = {
            "inherits": None if row.partition else ", ".join(self._relation(*parent) for parent in parents),
            "partition_by": row.partition_by and canonical.expression_text(row.partition_by),
            "tablespace": row.tablespace,
            "unlogged": "true" if row.persistence == "u" else None,
            "using": row.method,
            "with": _storage(row.with_),
        }
        return tuple([(name, value) for name, value in said.items() if value])

    def _part_of(self, row: TableRow, parents: Sequence[tuple[str, str]]) -> str | None:
        if row.extension is not None:
            return f"extension {row.extension!r}"
        if row.partition and parents:
            return f"partitioned table {self._relation(*parents[0])!r}"
        return None

    # -- columns --------------------------------------------------------------------------------
    def _column(self, row: ColumnRow) -> ColumnRecord:
        # Its place says nothing of a column.
        key = row[1:]
        record = self._columns.get(key)
        if record is None:
            record = self._columns[key] = self._made(row)
        return record

    def _made(self, row: ColumnRow) -> ColumnRecord:
        computed: ComputedRecord | None = None
        default = row.default
        if row.generated and default is not None:
            computed = ComputedRecord(canonical.expression_text(default), persisted=row.generated == "s")
        if row.generated or row.serial:
            default = None
        return ColumnRecord(
            row.name,
            self._type(row),
            not row.not_null,
            canonical.expression_text(default) if default is not None else None,
            computed,
            _identity(row),
            row.collation,
            row.comment,
            bool(row.serial),
            inherited=row.inherited,
            own=row.own,
        )

    def _type(self, row: ColumnRow) -> str:
        brackets = "[]" * row.dimensions
        if row.type_kind in _NAMED and row.type_schema != "information_schema":
            name: str = self._preparer.quote(row.type_name)
            if row.type_schema != self._own:
                name = f"{self._preparer.quote_schema(row.type_schema)}.{name}"
            return f"{name}{brackets}"
        written = row.type.removesuffix("[]")
        if row.type_schema != "pg_catalog":
            # Of an extension, which may be in any schema.
            for schema in (row.type_schema, self._preparer.quote_schema(row.type_schema)):
                written = written.removeprefix(f"{schema}.")
        return f"{canonical.type_name(written)}{brackets}"

    # -- constraints ----------------------------------------------------------------------------
    def _reference(self, row: Constraint, names: dict[int, str]) -> ForeignKeyRecord:
        assert row.referred is not None
        schema, table, columns = row.referred
        on_delete = _ACTIONS.get(row.on_delete)
        if on_delete is not None and row.set_on_delete:
            on_delete = f"{on_delete} ({', '.join(names[number] for number in row.set_on_delete)})"
        return ForeignKeyRecord(
            row.name,
            _named(row.columns, names),
            self._schema(schema),
            table,
            tuple(columns),
            _ACTIONS.get(row.on_update),
            on_delete,
            row.deferrable,
            "deferred" if row.deferred else None,
            _MATCHES.get(row.match),
            row.comment,
        )


def _named(numbers: Iterable[int] | None, names: dict[int, str]) -> tuple[str, ...]:
    return tuple([names[number] for number in numbers or ()])


def _identity(row: ColumnRow) -> IdentityRecord | None:
    if not row.identity:
        return None
    said: dict[str, Any] = dict(zip(_SEQUENCE, json.loads(row.sequence or "[]"), strict=False))
    return identity_record({**said, "always": row.identity == "a"})


def _key(row: Constraint, names: dict[int, str]) -> KeyRecord:
    options: list[tuple[str, str]] = []
    if row.include:
        options.append(("include", ", ".join(names[number] for number in row.include)))
    if row.nulls_not_distinct:
        options.append(("nulls_not_distinct", "true"))
    deferred = "deferred" if row.deferred else None
    columns = _named(row.columns, names)
    return KeyRecord(row.name, columns, row.deferrable, deferred, row.comment, tuple(options))


def _check(row: Constraint) -> CheckRecord:
    options: Options = (("no_inherit", "true"),) if row.no_inherit else ()
    return CheckRecord(row.name, canonical.expression_text(row.text or ""), row.comment, options)


# -- indexes ------------------------------------------------------------------------------------
def _index(row: IndexRow, names: dict[int, str]) -> IndexRecord:
    numbers = [int(number) for number in row.columns.split()]
    said: dict[str, str | None] = {
        "include": ", ".join(names[number] for number in numbers[row.keys :]),
        "nulls_not_distinct": "true" if row.nulls_not_distinct else None,
        "tablespace": row.tablespace,
        "using": None if row.method == "btree" else row.method,
        "where": canonical.expression_text(row.where) if row.where is not None else None,
        "with": _storage(row.with_),
    }
    return IndexRecord(
        row.name,
        _parts(row, numbers[: row.keys], names),
        row.unique,
        options=tuple([(name, value) for name, value in said.items() if value]),
    )


def _parts(row: IndexRow, numbers: Sequence[int], names: dict[int, str]) -> tuple[IndexPartRecord, ...]:
    classes, collations, expressions = (
        json.loads(listed) if listed is not None else {}
        for listed in (row.classes, row.collations, row.expressions)
    )
    parts: list[IndexPartRecord] = []
    for place, (number, flags) in enumerate(zip(numbers, row.flags.split(), strict=True), start=1):
        options: list[tuple[str, str]] = []
        if str(place) in collations:
            options.append(("collation", collations[str(place)]))
        descending, first = int(flags) & _DESCENDING, int(flags) & _NULLS_FIRST
        if bool(descending) != bool(first):
            options.append(("nulls", "first" if first else "last"))
        if str(place) in classes:
            options.append(("ops", classes[str(place)]))
        if descending:
            options.append(("order", "desc"))
        if number:
            parts.append(IndexPartRecord(names[number], options=tuple(options)))
        else:
            text = canonical.expression_text(expressions[str(place)])
            parts.append(IndexPartRecord(text, expression=True, options=tuple(options)))
    return tuple(parts)


def _storage(parameters: Iterable[str] | None) -> str | None:
    if not parameters:
        return None
    return storage_text([(one.partition("=")[0], one.partition("=")[2]) for one in parameters])
