"""Tables of the models in the server's own words: made as temporary tables, read, and undone.

In a savepoint that is rolled back, or in a transaction of its own where there is none; the server
has nothing more to do with them afterwards, and locks are held on nothing that others see.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import CompileError, DBAPIError, SAWarning
from sqlalchemy.schema import CreateIndex, CreateTable

from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import TableRecord
from migrateops_postgresql import driver
from migrateops_postgresql.snapshot import catalog, reader
from migrateops_postgresql.snapshot.models import without_table
from migrateops_postgresql.snapshot.naming import clipped

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.engine import Dialect

Which = tuple[str | None, str]

# Each table and each index holds a lock until the end, of which a server has few thousand.
_TOGETHER = 200
_SAVEPOINT = "migrateops_words"
_HEAD = re.compile(r"\s*CREATE\s+(?:[\w\s]*?\s)?TABLE\s", re.IGNORECASE)


def as_stored(connection: Connection, tables: Sequence[Table]) -> dict[Which, TableRecord]:
    """Return the records of tables of the models as the server would store them.

    Two statements for some hundreds of tables, and those that begin and undo.  A table that cannot be made is
    left out: where a type is not there, where the transaction may only read, or has failed.

    Args:
        connection: The migrating connection.
        tables: Tables of the models.
    """
    found: dict[Which, TableRecord] = {}
    waiting = list(tables)
    if not waiting or driver.failed(connection):
        return found
    # What is left on the connection is what was there; nothing, if nothing was begun.
    begun = connection.in_transaction()
    try:
        taken = _taken(connection)
        while waiting:
            some: dict[str, Table] = {}
            for table in waiting:
                if len(some) < _TOGETHER:
                    some.setdefault(clipped(table.name), table)
            waiting = [table for table in waiting if some.get(clipped(table.name)) is not table]
            for name in taken.intersection(some):
                del some[name]
            found |= _stored(connection, some)
    except DBAPIError:
        # Nothing but words is lost by it.
        pass
    finally:
        if not begun:
            connection.rollback()
    return found


def _taken(connection: Connection) -> frozenset[str]:
    """Return the names of the session's own temporary tables."""
    rows = connection.exec_driver_sql(
        "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()"
    )
    return frozenset(str(name) for (name,) in rows)


def _stored(connection: Connection, tables: Mapping[str, Table]) -> dict[Which, TableRecord]:
    dialect = connection.dialect
    with undone(connection):
        connection.exec_driver_sql(_block([_statements(table, dialect) for table in tables.values()]))
        rows = catalog.read(connection, None, list(tables))
        made = list(reader.records(rows, dialect))
    found: dict[Which, TableRecord] = {}
    for record in made:
        table = tables[record.name]
        schema = own_schema(table.schema, dialect)
        found[schema, record.name] = replace(record, schema=schema)
    return found


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo on the server what the block has done, whatever else the connection is in."""
    if not driver.autocommits(connection) or driver.in_transaction(connection):
        connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
            connection.exec_driver_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        return
    connection.exec_driver_sql("BEGIN")
    try:
        yield
    finally:
        connection.exec_driver_sql("ROLLBACK")


def _statements(table: Table, dialect: Dialect) -> list[str]:
    """Return what makes a temporary table like one of the models; without foreign keys."""
    preparer = dialect.identifier_preparer
    written, own = preparer.format_table(table), preparer.quote(table.name)
    try:
        with warnings.catch_warnings():
            # It is for whoever creates the table: here, it would be said at each look.
            warnings.filterwarnings("ignore", "Computed column", SAWarning)
            create = str(CreateTable(table, include_foreign_key_constraints=()).compile(dialect=dialect))
        indexes = [
            str(CreateIndex(index).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
    except CompileError:
        return []
    create = _HEAD.sub("CREATE TEMPORARY TABLE ", create, count=1).replace(written, own, 1)
    if any(isinstance(one, ExcludeConstraint) for one in table.constraints):
        create = without_table(create, table)
    return [
        create,
        *(
            text.replace("INDEX CONCURRENTLY ", "INDEX ", 1).replace(
                f" ON {written} ", f" ON pg_temp.{own} ", 1
            )
            for text in indexes
        ),
    ]


def _block(tables: Sequence[Sequence[str]]) -> str:
    """Return one statement that makes tables, each of them or nothing of it."""
    listed = "\n".join(text for statements in tables for text in statements)
    tag = _tag(listed, "text")
    made = [
        "BEGIN "
        + " ".join(f"EXECUTE {tag}{text}{tag};" for text in statements)
        + " EXCEPTION WHEN OTHERS THEN NULL; END;"
        for statements in tables
        if statements
    ]
    body = "BEGIN " + "\n".join(made) + " END"
    tag = _tag(body, "block")
    return f"DO {tag}{body}{tag}"


def _tag(text: str, word: str) -> str:
    """Return dollar quotes that do not occur in a text."""
    number = 0
    while f"${word}{number}$" in text:
        number += 1
    return f"${word}{number}$"
