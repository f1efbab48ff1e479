"""The tables of both sides as SQLAlchemy objects; of the database, only those that are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Constraint,
    Index,
    MetaData,
    Table,
    TextClause,
    text,
)
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import conv

from migrateops.autogenerate.context import AutogenContext
from migrateops.errors.autogenerate import NothingToRead, TableInTwoModels
from migrateops.snapshot.kind import Key
from migrateops.snapshot.names import own_schema

# Where text() reads a parameter: a colon before a word, that is not one of two.
_COLON = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")


class Definitions:
    """What records leave out of tables."""

    def __init__(self, context: AutogenContext, kind: str) -> None:
        self.context = context
        self._kind = kind
        self._reflected: dict[Key, Table] = {}
        self._metadata = MetaData()

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
                raise TableInTwoModels(table.fullname)
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
            raise NothingToRead
        wanted: dict[str | None, set[str]] = {}
        for key in keys:
            if key not in self._reflected:
                wanted.setdefault(key.schema, set()).add(key.name)
        for schema, names in wanted.items():
            self._metadata.reflect(connection, schema=schema, only=_among(names), resolve_fks=False)
        for table in self._metadata.tables.values():
            key = Key(self._kind, table.schema, str(table.name))
            if key not in self._reflected:
                self._reflected[key] = _as_made_by_hand(table)


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
        if not column.primary_key:
            # Said of every column by some readers, and without a meaning for these.
            column.autoincrement = "auto"
    for column in table.primary_key.columns:
        if column.autoincrement is True and isinstance(column.server_default, DefaultClause):
            # The default belongs to what the server makes for the column, and goes with the table.
            column.server_default = None
    return table


def _without_parameters(element: Any) -> Any:
    """Return SQL text that a server gave, with its colons written as such.

    Read as ``text()``, ``':x'`` in a CHECK would be a parameter, and be written as NULL.
    """
    if isinstance(element, TextClause) and any(
        isinstance(one, BindParameter) for one in visitors.iterate(element)
    ):
        return text(_COLON.sub(r"\\:", element.text))
    return element
