"""The tables of both sides as SQLAlchemy objects; of the database, only those that are asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Column,
    Constraint,
    Index,
    Integer,
    MetaData,
    Table,
    TextClause,
    event,
)
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import conv, quoted_name

from migrateops import errors
from migrateops.autogenerate import renamed_objects
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.corrected import correct
from migrateops.autogenerate.items import escaped
from migrateops.autogenerate.numbering import NUMBERED_BY
from migrateops.autogenerate.renamed_records import NewNames, Words
from migrateops.errors.base import quoted
from migrateops.snapshot.kind import Key
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.reading import reading
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.texts import Texts


class Definitions:
    """What records leave out of tables.

    Args:
        context: What is compared.
        kind: Name of the kind.
        texts: What writes expressions as records have them.

    Attributes:
        names: What tables of the database, and their columns, are to be called.
        records: Those of the tables of the database, by these names.
    """

    def __init__(self, context: AutogenContext, kind: str, texts: Texts) -> None:
        self.context = context
        self._texts = texts
        self._kind = kind
        self.names = NewNames()
        self.records: Mapping[Key, TableRecord] = {}
        self._reflected: dict[Key, Table] = {}
        self._metadata = MetaData()
        event.listen(self._metadata, "column_reflect", self._name_column)

    def key(self, schema: str | None, name: str) -> Key:
        """Return the key of a table."""
        return Key(self._kind, own_schema(schema, self.context.dialect), str(name))

    @cached_property
    def models(self) -> dict[Key, Table]:
        """The tables of the models.

        Raises:
            TableInTwoModels: Two of them are one table, as one names the default schema.
        """
        found: dict[Key, Table] = {}
        for table in self.context.table_key_to_table.values():
            key = self.key(table.schema, table.name)
            if key in found:
                raise errors.autogenerate.TableInTwoModels(table.fullname)
            found[key] = table
        return found

    def database(self, key: Key) -> Table:
        """Return a table of the database."""
        if key not in self._reflected:
            self.load([key])
        return self._reflected[key]

    def load(self, keys: Iterable[Key]) -> None:
        """Reflect tables of the database that will be asked for, all at once."""
        connection = self.context.connection
        if connection is None:
            raise errors.autogenerate.NothingToRead
        wanted: dict[str | None, set[str]] = {}
        for key in keys:
            if key not in self._reflected:
                wanted.setdefault(key.schema, set()).add(self.names.old_key(key).name)
        for schema, names in wanted.items():
            what = f"tables {quoted(sorted(names))}"
            with reading(what, self.context.pack, connection), warnings.catch_warnings():
                # What SQLAlchemy does not see on a table is made from its record.
                warnings.filterwarnings("ignore", "Skipped unsupported reflection|Unknown schema content")
                self._metadata.reflect(connection, schema=schema, only=_among(names), resolve_fks=False)
        for table in list(self._metadata.tables.values()):
            key = self.names.key(Key(self._kind, table.schema, str(table.name)))
            if key not in self._reflected:
                self._reflected[key] = _as_made_by_hand(table)
                if self.names:
                    self._rename(table, key)
                if key in self.records:
                    self.context.pack.complete(table, self.records[key])
                    correct(table, self.records[key], self._texts)

    def _name_column(self, inspector: Any, table: Table, column: Any) -> None:
        key = self.names.key(Key(self._kind, table.schema, str(table.name)))
        name = self.context.pack.reflected_name(column["name"])
        column["name"] = self.names.columns.get(key, {}).get(name, name)

    def _rename(self, table: Table, key: Key) -> None:
        """Have a table that was reflected, with its columns, speak of the new names."""
        columns = self.names.columns.get(key)
        if columns:
            renamed_objects.reword(table, Words(columns, self._texts))
        renamed_objects.refer(table, columns or {}, self._target)
        if key.name != table.name:
            # Nothing is to find it there by its old name, which another table may have.
            self._metadata.remove(table)
            table.name = quoted_name(key.name, None)
            table.fullname = ".".join(filter(None, (table.schema, key.name)))

    def _target(self, target: str) -> str:
        """Return what a foreign key refers to, ``schema.table.column``, under the new names."""
        *schema, name, column = target.split(".")
        key = self.names.key(self.key(".".join(schema) or None, name))
        return ".".join((*schema, key.name, self.names.columns.get(key, {}).get(column, column)))


def _among(names: set[str]) -> Any:
    return lambda name, _: name in names


def _as_made_by_hand(table: Table) -> Table:
    """Make a reflected table what a script has to say to make the same table again."""
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in items:
        if isinstance(item.name, str):
            # The name in full: no naming convention is applied to it.
            item.name = conv(item.name)
        for name, value in list(item.dialect_kwargs.items()):
            if value is None or (isinstance(value, list | dict) and not value):
                del item.dialect_kwargs[name]
        if isinstance(item, CheckConstraint):
            item.sqltext = _without_parameters(item.sqltext)
    for column in table.columns:
        default = column.server_default
        if isinstance(default, DefaultClause):
            default.arg = _without_parameters(default.arg)
        if not column.primary_key or (column.autoincrement is False and not _may_be_numbered(column)):
            # Said of every column by some readers, and without a meaning for these.
            column.autoincrement = "auto"
    for column in table.primary_key.columns:
        if column.autoincrement is True and isinstance(column.server_default, DefaultClause):
            # The default belongs to what the server makes for the column, and goes with the table.
            column.info[NUMBERED_BY] = column.server_default
            column.server_default = None
    return table


def _may_be_numbered(column: Column[Any]) -> bool:
    """Say whether SQLAlchemy has the server number a column of a key where nothing is said of it."""
    return (
        len(column.table.primary_key.columns) == 1
        and column.type._type_affinity is Integer
        and not column.foreign_keys
        and column.server_default is None
    )


def _without_parameters(element: Any) -> Any:
    """Return SQL text that a server gave, with its colons written as such.

    Read as ``text()``, ``':x'`` in a CHECK would be a parameter, and be written as NULL.
    """
    if isinstance(element, TextClause) and any(
        isinstance(one, BindParameter) for one in visitors.iterate(element)
    ):
        return escaped(element.text)
    return element
