"""Records of the tables that the server lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from migrateops.snapshot.canonical import action, sorted_by_name
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    Options,
    TableRecord,
)
from migrateops_mysql import canonical
from migrateops_mysql.snapshot import catalog
from migrateops_mysql.snapshot.asked import completed
from migrateops_mysql.snapshot.catalog import ColumnRow, Found, PartRow, ReferenceRow, TableRow
from migrateops_mysql.snapshot.kept import collation_name, default_of, made_for_key, table_options

if TYPE_CHECKING:
    from sqlalchemy import Connection

_JSON_CHECK = re.compile(r"json_valid \( .* \)", re.DOTALL)
_ON_UPDATE = re.compile(r"\bon update (\S+)", re.IGNORECASE)
_OPTION = re.compile(r"[`\"]?(\w+)[`\"]?=('[^']*'|\S+)")
_SIZED = frozenset({"FULLTEXT", "SPATIAL", "RTREE"})


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
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    found = catalog.read(connection, asked, names)
    if mariadb:
        found = completed(connection, found)
    return records(found, own, mariadb=mariadb)


def records(found: Found, own: str | None, *, mariadb: bool) -> Iterator[TableRecord]:
    """Yield the records of what the server says.

    Args:
        found: All of it.
        own: Name of the connection's default schema.
        mariadb: Whether it is a MariaDB server.
    """
    reader = _Reader(found, own, mariadb)
    for row in found.tables:
        yield reader.table(row)


class _Reader:
    """Makes records, each of equal ones once."""

    def __init__(self, found: Found, own: str | None, mariadb: bool) -> None:
        self._found = found
        self._own = own
        self._mariadb = mariadb
        self._columns: dict[tuple[Any, ...], ColumnRecord] = {}
        self._options: dict[tuple[Any, ...], Options] = {}

    def _schema(self, name: str) -> str | None:
        return None if name == self._own else name

    def table(self, row: TableRow) -> TableRecord:
        found, which = self._found, (row.schema, row.name)
        checks = [(name, self._expression(text)) for name, text in found.checks.get(which, ())]
        json = frozenset(name for name, text in checks if _JSON_CHECK.fullmatch(text))
        columns = [self._column(column, row.collation, json) for column in found.columns.get(which, ())]
        of_json = frozenset(column.name for column in columns if column.type == "json")
        references = self._references(row, found.references.get(which, ()))
        primary_key: KeyRecord | None = None
        unique: list[KeyRecord] = []
        indexes: list[IndexRecord] = []
        for name, parts in groupby(found.parts.get(which, ()), key=lambda part: part.of):
            index = self._index(list(parts))
            plain = not index.options and not any(part.options or part.expression for part in index.parts)
            if name == "PRIMARY":
                primary_key = KeyRecord(None, tuple([part.text for part in index.parts]))
            elif index.unique and plain:
                unique.append(KeyRecord(name, tuple([part.text for part in index.parts])))
            elif not made_for_key(index, references):
                indexes.append(index)
        return TableRecord(
            self._schema(row.schema),
            row.name,
            tuple(columns),
            primary_key,
            sorted_by_name(unique),
            sorted_by_name(references),
            sorted_by_name([CheckRecord(name, text) for name, text in checks if name not in of_json]),
            sorted_by_name(indexes),
            (),
            row.comment or None,
            self._table_options(row),
        )

    def _table_options(self, row: TableRow) -> Options:
        key = (row.engine, row.row_format, row.collation, row.options, row.kind)
        made = self._options.get(key)
        if made is None:
            said = {name: value.strip("'") for name, value in _OPTION.findall(row.options or "")}
            # Where the engine cannot have the one that was asked for, it has another.
            said.setdefault("row_format", row.row_format or "")
            said |= {
                "engine": row.engine or "",
                "collate": row.collation or "",
                "charset": (row.collation or "").partition("_")[0],
            }
            if row.kind != "BASE TABLE":
                said["system_versioned"] = "true"
            made = self._options[key] = table_options(said.items())
        return made

    # -- columns --------------------------------------------------------------------------------
    def _column(self, row: ColumnRow, collation: str | None, json: frozenset[str]) -> ColumnRecord:
        is_json = row.name in json and row.type == "longtext" and row.collation == "utf8mb4_bin"
        key = (*row, row.collation == collation, is_json)
        record = self._columns.get(key)
        if record is None:
            record = self._columns[key] = self._made(row, collation, is_json)
        return record

    def _made(self, row: ColumnRow, collation: str | None, is_json: bool) -> ColumnRecord:
        extra = row.extra.lower()
        computed: ComputedRecord | None = None
        if row.generated:
            computed = ComputedRecord(self._expression(row.generated), persisted="virtual" not in extra)
        of_its_own = None if row.collation in (None, collation) or is_json else row.collation
        type_ = "json" if is_json else canonical.type_name(row.type)
        return ColumnRecord(
            row.name,
            type_,
            # What the models say of a generated column is not kept by both servers.
            row.nullable == "YES" or computed is not None,
            default_of(type_, self._default(row, extra)) if computed is None else None,
            computed,
            None,
            None if of_its_own is None else collation_name(of_its_own),
            row.comment or None,
            "auto_increment" in extra,
        )

    def _default(self, row: ColumnRow, extra: str) -> str | None:
        text = row.default
        if text is not None and not self._mariadb:
            text = _of_mysql(text, row.type, extra)
        updated = _ON_UPDATE.search(extra)
        if updated:
            text = f"{'NULL' if text is None else text} ON UPDATE {updated[1]}"
        return canonical.default_text(text)

    def _expression(self, text: str) -> str:
        return canonical.expression_text(text if self._mariadb else _unescaped(text))

    # -- constraints and indexes ------------------------------------------------------------------
    def _references(self, row: TableRow, columns: Iterable[ReferenceRow]) -> list[ForeignKeyRecord]:
        made = []
        for name, listed in groupby(columns, key=lambda column: column.name):
            rows = list(listed)
            on_update, on_delete = self._found.rules.get((row.schema, row.name, name), (None, None))
            made.append(
                ForeignKeyRecord(
                    name,
                    tuple([one.column for one in rows]),
                    self._schema(rows[0].schema),
                    rows[0].table,
                    tuple([one.referred for one in rows]),
                    _action(on_update),
                    _action(on_delete),
                )
            )
        return made

    def _index(self, rows: Sequence[PartRow]) -> IndexRecord:
        first = rows[0]
        parts = []
        for row in rows:
            options: list[tuple[str, str]] = []
            if row.length is not None and row.kind not in _SIZED:
                options.append(("length", str(row.length)))
            if row.order == "D":
                options.append(("order", "desc"))
            if row.column is not None:
                parts.append(IndexPartRecord(row.column, options=tuple(options)))
            else:
                parts.append(IndexPartRecord(self._expression(row.expression or ""), True, tuple(options)))
        prefix = {"FULLTEXT": "fulltext", "SPATIAL": "spatial", "RTREE": "spatial"}.get(first.kind)
        said: Options = (("prefix", prefix),) if prefix else ()
        return IndexRecord(first.of, tuple(parts), not first.not_unique, options=said)


def _action(rule: str | None) -> str | None:
    found = action(rule)
    return None if found == "restrict" else found


def _of_mysql(text: str, type_: str, extra: str) -> str:
    """Return a default of MySQL as SQL."""
    if "default_generated" in extra:
        return _unescaped(text)
    if text.upper().startswith("CURRENT_TIMESTAMP") and type_.startswith(("datetime", "timestamp")):
        return text
    if type_.startswith("bit") and text.startswith("b'"):
        return text
    written = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{written}'"


def _unescaped(text: str) -> str:
    """Return an expression of MySQL's without the backslashes that it has before its quotes."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
