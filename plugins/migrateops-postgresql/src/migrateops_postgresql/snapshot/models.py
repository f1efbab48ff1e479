"""Records of tables of the models, as this server would have such tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Sequence as NumberSequence
from sqlalchemy.dialects import postgresql

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    Options,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops_postgresql import canonical
from migrateops_postgresql.snapshot import inheritance
from migrateops_postgresql.snapshot.naming import chosen, clipped

if TYPE_CHECKING:
    from sqlalchemy import Table

Item = TypeVar("Item", KeyRecord, ForeignKeyRecord, CheckRecord, IndexRecord, OtherConstraintRecord)

# Of the statement, of the session, or of old servers: nothing that a table keeps.
_NOT_KEPT = frozenset({"concurrently", "ignore_search_path", "on_commit", "with_oids"})
# What a server does if it is not told anything else.
_USUAL = {"using": ("btree", "heap"), "tablespace": ("pg_default",)}
_EXPRESSIONS = frozenset({"where", "partition_by"})
_USUAL_NULLS = ({("nulls", "last")}, {("nulls", "first"), ("order", "desc")})
_BOOLEANS = {"'true'": "true", "'t'": "true", "'false'": "false", "'f'": "false"}
_QUOTES = postgresql.dialect(paramstyle="named").identifier_preparer  # type: ignore[no-untyped-call]
_WORD = re.compile(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')


def as_kept(record: TableRecord, table: Table) -> TableRecord:
    """Return the record of a table of the models as the reader would return it.

    Args:
        record: What core made of the table.
        table: The table of the models.
    """
    name = clipped(record.name)
    key = record.primary_key
    columns = tuple([_column(column, table, key) for column in record.columns])
    if record.options and (theirs := inheritance.inherited(table)):
        columns = tuple([replace(one, inherited=True) if one.name in theirs else one for one in columns])
    made = _Names(name, frozenset([column.name for column in columns]))
    # In the order in which the server gives names: it has checks first, and keys from other tables last.
    checks = [made.check(check) for check in record.checks]
    primary_key, keys = _distinct(key, [_key(one) for one in record.unique])
    if primary_key is not None:
        primary_key = made.named(_key(primary_key), (), "pkey")
    unique = [made.named(one, one.columns, "key") for one in keys]
    listed = [_without_table(one, table) for one in record.others]
    others = [made.named(one, _columns_of(one, made.columns), "excl") for one in listed]
    references = [made.named(_reference(one), one.columns, "fkey") for one in record.foreign_keys]
    return TableRecord(
        record.schema,
        name,
        columns,
        primary_key,
        sorted_by_name(unique),
        sorted_by_name(references),
        sorted_by_name(checks),
        sorted_by_name([_index(index) for index in record.indexes]),
        sorted_by_name(others),
        record.comment,
        _table_options(record.options, table),
    )


def _distinct(
    primary_key: KeyRecord | None, unique: Sequence[KeyRecord]
) -> tuple[KeyRecord | None, list[KeyRecord]]:
    """Return keys without those that say the same as one before, for which the server makes nothing.

    One without a name takes the name of the next that says the same.
    """
    kept: dict[Any, KeyRecord] = {}
    for key in (*((primary_key,) if primary_key is not None else ()), *unique):
        content = (key.columns, key.deferrable, key.initially, key.options)
        before = kept.setdefault(content, key)
        if before.name is None and key.name is not None:
            kept[content] = replace(before, name=key.name)
    keys = list(kept.values())
    return (keys[0], keys[1:]) if primary_key is not None else (None, keys)


class _Names:
    """The names of one table's constraints, those that the server chooses among them."""

    def __init__(self, table: str, columns: frozenset[str]) -> None:
        self.table = table
        self.columns = columns
        self.taken: set[str] = set()

    def named(self, item: Item, columns: Sequence[str], label: str) -> Item:
        """Return a constraint with its name, as the server has it."""
        name = item.name
        if name is None:
            item = replace(item, name=Unsaid(chosen(self.table, columns, label, self.taken)))
        elif (kept := clipped(name)) != name:
            item = replace(item, name=kept)
        self.taken.add(str(item.name))
        return item

    def check(self, check: CheckRecord) -> CheckRecord:
        """Return a CHECK with its name: it has a column's in it if it is about one column."""
        about: list[str] = []
        if check.name is None:
            about = _mentioned(check.expression, self.columns)
        if check.options:
            kept = tuple([option for option in check.options if option[0] != "not_valid"])
            check = replace(check, options=kept)
        return self.named(check, about if len(about) == 1 else (), "check")


def _mentioned(text: str, columns: frozenset[str]) -> list[str]:
    words = [word[1:-1].replace('""', '"') if word[0] == '"' else word for word in _WORD.findall(text)]
    return [word for word in dict.fromkeys(words) if word in columns]


def _columns_of(other: OtherConstraintRecord, columns: frozenset[str]) -> list[str]:
    return _mentioned(other.definition, columns) if other.name is None else []


def _without_table(other: OtherConstraintRecord, table: Table) -> OtherConstraintRecord:
    definition = without_table(other.definition, table)
    return replace(other, definition=definition) if definition != other.definition else other


def without_table(sql: str, table: Table) -> str:
    """Return SQL in which no column's name has that of its table before it, as in WHERE of an EXCLUDE.

    Args:
        sql: The SQL, as SQLAlchemy writes it or in canonical form.
        table: The table of the models.
    """
    names = [_QUOTES.quote(name) for name in (table.schema, table.name) if name is not None]
    before = r"\s*\.\s*".join(map(re.escape, names))
    return re.sub(
        rf"""(?P<kept>'(?:[^']|'')*')|(?<![\w".]){before}\s*\.\s*|(?P<name>"(?:[^"]|"")*")""",
        lambda found: found["kept"] or found["name"] or "",
        sql,
    )


# -- columns ------------------------------------------------------------------------------------
def _column(column: ColumnRecord, table: Table, key: KeyRecord | None) -> ColumnRecord:
    changes: dict[str, Any] = {}
    if len(column.name) > _SHORT and (kept := clipped(column.name)) != column.name:
        changes["name"] = kept
    if column.nullable and key is not None and column.name in key.columns:
        changes["nullable"] = False
    if column.default == "null":
        # The server keeps no default that does nothing.
        changes["default"] = None
    elif column.type == "boolean" and column.default in _BOOLEANS:
        changes["default"] = _BOOLEANS[column.default]
    if column.collation == "default":
        changes["collation"] = None
    if column.autoincrement and not _is_serial(table):
        changes["autoincrement"] = False
    return replace(column, **changes) if changes else column


_SHORT = 63 // 4


def _is_serial(table: Table) -> bool:
    """Say whether SQLAlchemy writes SERIAL: it does not where it has another default to take."""
    numbered = table.autoincrement_column
    if numbered is None:
        return False
    default = numbered.default
    return default is None or (isinstance(default, NumberSequence) and default.optional)


# -- constraints and indexes ----------------------------------------------------------------------
def _key(key: KeyRecord) -> KeyRecord:
    columns = _clipped(key.columns)
    deferrable = key.deferrable or key.initially is not None
    if (columns, deferrable) == (key.columns, key.deferrable):
        return key
    return replace(key, columns=columns, deferrable=deferrable)


def _reference(key: ForeignKeyRecord) -> ForeignKeyRecord:
    # Which says how it is added; see the reader.
    options = tuple([option for option in key.options if option[0] != "not_valid"])
    columns, table, referred = (
        _clipped(key.columns),
        clipped(key.referred_table),
        _clipped(key.referred_columns),
    )
    deferrable = key.deferrable or key.initially is not None
    made = (columns, table, referred, deferrable, options)
    if made == (key.columns, key.referred_table, key.referred_columns, key.deferrable, key.options):
        return key
    return replace(
        key,
        columns=columns,
        referred_table=table,
        referred_columns=referred,
        deferrable=deferrable,
        options=options,
    )


def _clipped(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([clipped(name) for name in names])


def _index(index: IndexRecord) -> IndexRecord:
    changes: dict[str, Any] = {}
    if index.name is not None and (kept := clipped(index.name)) != index.name:
        changes["name"] = kept
    if any(part.options or len(part.text) > _SHORT for part in index.parts):
        changes["parts"] = tuple([_part(part) for part in index.parts])
    if index.options:
        changes["options"] = _options(index.options)
    return replace(index, **changes) if changes else index


def _part(part: IndexPartRecord) -> IndexPartRecord:
    options = part.options
    places = {option for option in options if option[0] in ("nulls", "order")}
    if places in _USUAL_NULLS:
        options = tuple([option for option in options if option[0] != "nulls"])
    return replace(part, text=part.text if part.expression else clipped(part.text), options=options)


# -- options --------------------------------------------------------------------------------------
def _options(said: Options) -> Options:
    options: list[tuple[str, str]] = []
    for name, value in said:
        if name in _NOT_KEPT or value.lower() in _USUAL.get(name, ()):
            continue
        if name in _EXPRESSIONS:
            options.append((name, canonical.expression_text(value)))
        elif name == "with":
            options.append((name, value.lower()))
        else:
            options.append((name, value))
    return tuple(options)


def _table_options(said: Options, table: Table) -> Options:
    if above := inheritance.named(table):
        said = tuple([(name, ", ".join(above) if name == inheritance.OPTION else one) for name, one in said])
    # SQLAlchemy has no option for it, only words that stand in front of TABLE.
    prefixes: list[Any] = getattr(table, "_prefixes", [])
    if any(str(prefix).upper() == "UNLOGGED" for prefix in prefixes):
        return tuple(sorted([*_options(said), ("unlogged", "true")]))
    return _options(said)
