"""Tables of the models in the engine's own words: made as temporary tables of another connection.

An error would end the transaction of the connection itself, and there are no savepoints.  Another
one to the same database costs nothing, and what is temporary in it is seen by nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
from sqlalchemy import MetaData
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import TableRecord
from migrateops_duckdb.snapshot import catalog, reader
from migrateops_duckdb.sql_text import names_of_checks

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.engine import Dialect

_HEAD = re.compile(r"\s*CREATE\s+(?:[\w\s]*?\s)?TABLE\s", re.IGNORECASE)


def as_stored(connection: Connection, tables: Sequence[Table]) -> dict[tuple[str | None, str], TableRecord]:
    """Return the records of tables of the models as the engine would store them.

    A table that cannot be made is left out: where a type is not there, or is not committed yet.
    CHECKs have the names that the models give them.

    Args:
        connection: The migrating connection; it is not used.
        tables: Tables of the models.
    """
    dialect = connection.dialect
    raw: Any = connection.connection.driver_connection
    found: dict[tuple[str | None, str], TableRecord] = {}
    for table in tables:
        with closing(raw.duplicate()) as cursor, suppress(duckdb.Error, CompileError):
            statements = _statements(_unnumbered(table), dialect)
            for statement in statements:
                cursor.execute(statement)

            def send(
                statement: str, parameters: Mapping[str, Any], cursor: Any = cursor
            ) -> list[tuple[Any, ...]]:
                rows: list[tuple[Any, ...]] = cursor.execute(statement, dict(parameters)).fetchall()
                return rows

            read = catalog.read(send, None, [table.name])
            names = iter(names_of_checks(statements[0]))
            for rows in read.constraints.values():
                rows[:] = [row._replace(name=next(names)) if row.kind == "CHECK" else row for row in rows]
            (record,) = reader.records(read, "main")
            schema = own_schema(table.schema, dialect)
            found[schema, record.name] = replace(record, schema=schema)
    return found


def _unnumbered(table: Table) -> Table:
    """Return a table that does not number its rows: the sequence may be called after a name of before."""
    column = table.autoincrement_column
    if column is None:
        return table
    copy = table.to_metadata(MetaData())
    copy.columns[column.key].autoincrement = False
    return copy


def _statements(table: Table, dialect: Dialect) -> list[str]:
    """Return what makes a temporary table like one of the models; without foreign keys."""
    preparer = dialect.identifier_preparer
    qualified, own = preparer.format_table(table), preparer.quote(table.name)
    create = str(CreateTable(table, include_foreign_key_constraints=()).compile(dialect=dialect))
    create = _HEAD.sub("CREATE TEMPORARY TABLE ", create, count=1).replace(qualified, own, 1)
    indexes = [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    return [create, *(text.replace(f" ON {qualified} ", f" ON temp.{own} ", 1) for text in indexes)]
