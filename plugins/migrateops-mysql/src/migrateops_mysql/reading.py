"""What is asked of the server where an operation depends on what is there."""

from __future__ import annotations

from sqlalchemy import Connection, text

from migrateops_mysql.definition import CreateTable, without_backslashes
from migrateops_mysql.errors import UnreadableTable
from migrateops_mysql.statements import Writer

_KINDS = text(
    "SELECT CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS"
    " WHERE TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND TABLE_NAME = :table AND CONSTRAINT_NAME = :name"
    " ORDER BY 1"
)
_FOREIGN_KEYS = text(
    "SELECT CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE"
    " WHERE TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND TABLE_NAME = :table"
    " AND REFERENCED_COLUMN_NAME IS NOT NULL"
    " GROUP BY CONSTRAINT_NAME HAVING COUNT(*) = 1 AND MAX(COLUMN_NAME) = :column ORDER BY 1"
)
_NAMES = {"FOREIGN KEY": "foreignkey", "UNIQUE": "unique", "PRIMARY KEY": "primary", "CHECK": "check"}


def create_table(connection: Connection, table_name: str, schema: str | None) -> CreateTable:
    """Return what SHOW CREATE TABLE says of a table.

    Args:
        connection: The migrating connection.
        table_name: Name of the table, unquoted.
        schema: Schema of the table, unquoted.

    Raises:
        UnreadableTable: The driver cannot make text of it.
    """
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = quote(table_name) if schema is None else f"{quote(schema)}.{quote(table_name)}"
    show = f"SHOW CREATE TABLE {name}"
    if getattr(connection.dialect, "is_mariadb", False):
        # In some modes of a session it leaves out AUTO_INCREMENT, ON UPDATE, character sets or quotes.
        show = f"SET STATEMENT sql_mode = '', sql_quote_show_create = 1 FOR {show}"
    try:
        found = connection.exec_driver_sql(show).one()
    except UnicodeDecodeError as error:
        # The driver has not read all of the answer, and would take the rest for the next one.
        connection.invalidate(error)
        raise UnreadableTable(table_name) from error
    if Writer(connection.dialect).backslashes:
        return CreateTable.read(found[1])
    # What the server writes has backslashes all the same.
    return CreateTable.read(without_backslashes(found[1]), backslashes=False)


def kinds_of_constraint(
    connection: Connection, table_name: str, name: str, schema: str | None
) -> tuple[str, ...]:
    """Return what kinds of constraints a table has under a name; keys and foreign keys may share one.

    Args:
        connection: The migrating connection.
        table_name: Name of the table, unquoted.
        name: Name of the constraint, unquoted.
        schema: Schema of the table, unquoted.
    """
    rows = connection.execute(_KINDS, {"schema": schema, "table": table_name, "name": name})
    return tuple(_NAMES[kind] for kind in rows.scalars() if kind in _NAMES)


def foreign_keys_of_column(
    connection: Connection, table_name: str, column_name: str, schema: str | None
) -> tuple[str, ...]:
    """Return the names of the foreign keys that a column has, those of several columns left out.

    Args:
        connection: The migrating connection.
        table_name: Name of the table, unquoted.
        column_name: Name of the column, unquoted.
        schema: Schema of the table, unquoted.
    """
    asked = {"schema": schema, "table": table_name, "column": column_name}
    return tuple(connection.execute(_FOREIGN_KEYS, asked).scalars())
