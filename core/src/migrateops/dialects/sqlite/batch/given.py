"""A table that is given as ``copy_from``: what the database's catalog would say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops.dialects.sqlite.batch.catalog import Entry
from migrateops.operations.schema_objects import ensure_referred

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.operations.batch import TableBatch


def described(given: Table, batch: TableBatch, dialect: Any) -> tuple[str, list[Entry]]:
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
