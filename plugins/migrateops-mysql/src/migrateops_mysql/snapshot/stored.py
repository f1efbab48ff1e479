"""Tables of the models in the server's own words: made as temporary tables, shown, and dropped.

None of these statements ends a transaction, and nobody else sees the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import MetaData
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import TableRecord
from migrateops_mysql import definition, reading
from migrateops_mysql.snapshot import reader, shown
from migrateops_mysql.statements import Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.engine import Dialect

_NAME = "migrateops_words"


def as_stored(connection: Connection, tables: Sequence[Table]) -> dict[tuple[str | None, str], TableRecord]:
    """Return the records of tables of the models as the server would store them.

    Three statements for each table.  One that cannot be made is left out: where a type is not there,
    or the user may make no temporary tables.

    Args:
        connection: The migrating connection.
        tables: Tables of the models.
    """
    found: dict[tuple[str | None, str], TableRecord] = {}
    begun = connection.in_transaction()
    dialect = connection.dialect
    mariadb = bool(getattr(dialect, "is_mariadb", False))
    for table in tables:
        schema = own_schema(table.schema, dialect)
        name = _qualified(schema, dialect)
        with suppress(CompileError, DBAPIError):
            connection.exec_driver_sql(_statement(table, name, dialect))
            try:
                text = reading.create_table(connection, _NAME, schema)
            finally:
                connection.exec_driver_sql(f"DROP TEMPORARY TABLE {name}")
            rows = shown.rows(text, schema or "", str(table.name))
            (record,) = reader.records(rows, None, mariadb=mariadb)
            found[schema, record.name] = replace(record, schema=schema)
    if not begun:
        connection.rollback()
    return found


def _qualified(schema: str | None, dialect: Dialect) -> str:
    quoted: str = dialect.identifier_preparer.quote_identifier(_NAME)
    return quoted if schema is None else f"{dialect.identifier_preparer.quote_identifier(schema)}.{quoted}"


def _statement(table: Table, name: str, dialect: Dialect) -> str:
    """Return what makes a temporary table like one of the models, with its indexes; without foreign keys."""
    create = str(
        CreateTable(_taken(table, dialect), include_foreign_key_constraints=()).compile(dialect=dialect)
    )
    backslashes = Writer(dialect).backslashes
    brackets = [one for one in definition.tokens(create, backslashes=backslashes) if not one.depth]
    start = next(one.start for one in brackets if one.text == "(")
    end = next(one.start for one in brackets if one.text == ")")
    inside = [create[start + 1 : end], *_indexes(table, dialect)]
    return f"CREATE TEMPORARY TABLE {name} ({', '.join(inside)}{create[end:]}"


def _taken(table: Table, dialect: Dialect) -> Table:
    """Return a table that the server takes: without NOT NULL of generated columns, where it has none."""
    unlike = [one.key for one in table.columns if one.computed is not None and not one.nullable]
    if not unlike or not getattr(dialect, "is_mariadb", False):
        return table
    copy = table.to_metadata(MetaData())
    for name in unlike:
        copy.columns[name].nullable = True
    return copy


def _indexes(table: Table, dialect: Dialect) -> list[str]:
    on = f" ON {dialect.identifier_preparer.format_table(table)} "
    written = [
        str(CreateIndex(index).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        # Temporary tables have no others.
        if not index.dialect_options[dialect.name]["prefix"]
    ]
    return [text.removeprefix("CREATE ").replace(on, " ", 1) for text in written]
