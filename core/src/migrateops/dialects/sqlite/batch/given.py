"""The definition of the table of a batch: looked up, or given as ``copy_from``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops import errors
from migrateops.dialects.sqlite.batch import catalog
from migrateops.dialects.sqlite.batch.catalog import Entry
from migrateops.dialects.sqlite.batch.definition import TableDefinition
from migrateops.dialects.sqlite.batch.parsing import Unreadable, parse
from migrateops.operations.schema_objects import ensure_referred

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from migrateops.operations.batch import TableBatch


def definition_of(
    batch: TableBatch, given: Table | None, connection: Connection | None, schema: str | None, dialect: Any
) -> tuple[TableDefinition, list[Entry]]:
    """Return the definition of a table, and all objects of its schema.

    Args:
        batch: What it is wanted for.
        given: What counts in place of the table that the database has, or None.
        connection: The connection; None in a stream.
        schema: Its schema.
        dialect: SQLAlchemy's dialect.

    Raises:
        DefinitionNeeded: There is neither a connection, nor is it given.
        TableUnreadable: Its text is of a form that is not known.
    """
    found: list[Entry] = []
    if connection is not None:
        found = catalog.entries(connection, schema)
    if given is not None:
        text, indexes = _described(given, batch, dialect)
        if connection is None:
            found = indexes
    elif connection is None:
        raise errors.batch.DefinitionNeeded(batch.table_name)
    else:
        text = catalog.find(connection, schema, batch.table_name, found).sql
    try:
        return parse(text.strip()), found
    except Unreadable as unreadable:
        raise errors.batch.TableUnreadable(batch.table_name, str(unreadable)) from None


def _described(given: Table, batch: TableBatch, dialect: Any) -> tuple[str, list[Entry]]:
    """Return the text of a given table under the name that the batch says, and its indexes.

    Args:
        given: The table; its foreign keys may refer to tables that are described nowhere.
        batch: What it is given for.
        dialect: SQLAlchemy's dialect.
    """
    schema: Any = batch.schema
    made = given.to_metadata(MetaData(), schema=schema, name=batch.table_name)
    for key in made.foreign_keys:
        ensure_referred(made.metadata, key)
    indexes = [
        Entry("index", str(index.name), made.name, str(CreateIndex(index).compile(dialect=dialect)))
        for index in sorted(made.indexes, key=lambda index: str(index.name))
    ]
    return str(CreateTable(made).compile(dialect=dialect)), indexes
