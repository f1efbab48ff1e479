"""Rows by COPY, where that leaves the same values and defaults as INSERT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, TableClause, text
from sqlalchemy.exc import DBAPIError

from migrateops.ddl import lower
from migrateops.ddl.rows import InsertRows, for_driver, makes_defaults
from migrateops.operations import Operations, Target, ops

_WORTH_A_QUESTION = 100
"""With fewer rows, asking what the table is like takes longer than inserting them."""

if TYPE_CHECKING:
    from migrateops_postgresql.same_text import Stored

# COPY knows neither rules nor row security, fills identity columns that refuse values, and needs a table.
_STORED = text(
    "SELECT a.attname, t.typname, a.atttypmod"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
    " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " WHERE c.oid = to_regclass(:table) AND c.relkind IN ('r', 'p')"
    " AND NOT c.relhasrules AND NOT c.relrowsecurity"
    " AND a.attname = ANY(:names) AND a.attidentity <> 'a' AND a.attgenerated = ''"
)


@Operations.lowering_for(ops.BulkInsertOp, dialect="postgresql")
def bulk_insert(op: ops.BulkInsertOp, target: Target) -> Iterator[Any]:
    """Yield what standard SQL has, plain rows so that they can be copied."""
    for statement in lower.bulk_insert(op, target):
        if isinstance(statement, InsertRows):
            yield CopyRows(statement.table, statement.rows, statement.read)
        else:
            yield statement


class CopyRows(InsertRows):
    """Rows that go by COPY if the table and the values are plain, else by INSERT."""

    def run(self, connection: Connection) -> None:
        """Send the rows, in one statement where COPY does what INSERT would."""
        if self._can_be_copied(connection):
            copy_rows(self, connection)
        else:
            super().run(connection)

    def _can_be_copied(self, connection: Connection) -> bool:
        dialect = connection.dialect
        if dialect.driver != "psycopg" or dialect.is_async or len(self.rows) < _WORTH_A_QUESTION:
            return False
        if connection.get_execution_options().get("schema_translate_map"):
            return False
        if not self.keys or makes_defaults(self.table, self.keys):
            return False
        from migrateops_postgresql.same_text import Stored, agreement

        agreements: dict[str, Callable[[Any, Stored], bool]] = {}
        for key in self.keys:
            agree = agreement(self.table.c[key].type, self.column(key))
            if agree is None:
                return False
            agreements[key] = agree
        # Through SQLAlchemy: whoever watches the connection sees that something is about to be written.
        asked = {"names": list(self._names().values()), "table": table_name(self.table, dialect)}
        stored = {name: Stored(*rest) for name, *rest in connection.execute(_STORED, asked)}
        return all(
            name in stored and agreements[key](self.table.c[key].type, stored[name])
            for key, name in self._names().items()
        )

    def _names(self) -> dict[str, str]:
        return {key: str(self.table.c[key].name) for key in self.keys}


def table_name(table: TableClause, dialect: Any) -> str:
    """Return a table's name as SQL."""
    return _single(dialect.identifier_preparer.format_table(table))


def _single(quoted: str) -> str:
    """Return a name without the doubling of percent signs, which is for statements with parameters."""
    return quoted.replace("%%", "%")


def copy_rows(insert: InsertRows, connection: Connection) -> None:
    """Send rows by COPY; columns that they leave out get their defaults from the server."""
    # No other driver needs this one to be there.
    from psycopg.adapt import PyFormat, Transformer

    from migrateops_postgresql import copy_text

    dialect = connection.dialect
    keys = insert.keys
    quote = dialect.identifier_preparer.quote
    names = ", ".join(_single(quote(insert.table.c[key].name)) for key in keys)
    # SQLAlchemy has no COPY: the driver's own connection.
    raw: Any = connection.connection.driver_connection
    statement = f"COPY {table_name(insert.table, dialect)} ({names}) FROM STDIN"
    columns = [list(for_driver(insert, key, dialect)) for key in keys]
    adapt, binary = Transformer(raw), dialect.loaded_dbapi.Binary

    def dump(value: Any) -> str | None:
        if type(value) is binary:
            return f"\\x{bytes(value.obj).hex()}"
        dumped = adapt.get_dumper(value, PyFormat.TEXT).dump(value)
        return None if dumped is None else bytes(dumped).decode()

    error_class: Any = dialect.loaded_dbapi.Error
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy_text.blocks(columns, dump):
                copy.write(block)
    except error_class as error:
        raise DBAPIError.instance(statement, None, error, error_class, dialect=dialect) from error
