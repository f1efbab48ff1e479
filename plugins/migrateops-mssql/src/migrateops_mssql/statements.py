"""The statements of SQL Server that standard SQL has no elements for, or has otherwise.

What depends on what is in the database (the name of a default, whether there is a comment) is asked by the
statement itself, in Transact-SQL, so that it is right in an SQL stream as well.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy.dialects.mssql import NVARCHAR
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from migrateops.ddl.statements import (
    AddColumn,
    AlterColumn,
    AlterTable,
    ColumnName,
    DropColumn,
    RenameTable,
    column_text,
    default_text,
)

Kind = Literal["default", "check", "foreignkey", "unique"]


class AlterDefinition(AlterColumn):
    """``ALTER COLUMN .. <type> NULL`` or ``NOT NULL``.

    Args:
        definition: Type, collation and nullability, as text of a statement.
        keep_default: Take the default off before, and put the same one back: under one, the server does not
            change a type.
    """

    def __init__(
        self, table_name: str, column_name: str, definition: str, schema: str | None, *, keep_default: bool
    ) -> None:
        super().__init__(table_name, column_name, schema)
        self.definition = definition
        self.keep_default = keep_default


class DropBound(AlterColumn):
    """Drop the constraints of one kind that a column has, whatever their names; there may be none."""

    def __init__(self, table_name: str, column_name: str, kind: Kind, schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.kind: Kind = kind


class AddDefault(AlterColumn):
    """``ALTER TABLE .. ADD DEFAULT .. FOR ..``."""

    def __init__(self, table_name: str, column_name: str, default: Any, schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.default = default


class Comment(AlterTable):
    """Set, change or drop the comment of a table or of a column, an extended property.

    Args:
        column_name: The column, unquoted; None for the table.
        comment: None drops it, where there is one.
    """

    def __init__(
        self, table_name: str, column_name: str | None, comment: str | None, schema: str | None
    ) -> None:
        super().__init__(table_name, schema)
        self.column_name = column_name
        self.comment = comment


class IdentityInsert(DDLElement):
    """``SET IDENTITY_INSERT .. ON`` or ``OFF``.

    Args:
        columns: Ask the server whether one of these is the identity; None where that is known.
    """

    inherit_cache = False

    def __init__(
        self, table_name: str, schema: str | None, on: bool, columns: tuple[str, ...] | None = None
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.on = on
        self.columns = columns


def table_of(element: Any, compiler: Any) -> str:
    """Return the table's name as SQL; a schema with a dot in it is one in another database."""
    quote = compiler.preparer.quote
    if element.schema:
        return f"{compiler.preparer.quote_schema(element.schema)}.{quote(element.table_name)}"
    return str(quote(element.table_name))


def string(compiler: Any, value: str) -> str:
    """Return a string as a literal."""
    return str(compiler.sql_compiler.render_literal_value(value, NVARCHAR()))


def _object_id(element: Any, compiler: Any) -> str:
    return f"OBJECT_ID({string(compiler, table_of(element, compiler))})"


def _column_id(element: Any, compiler: Any) -> str:
    column = string(compiler, element.column_name)
    return f"COLUMNPROPERTY({_object_id(element, compiler)}, {column}, 'ColumnId')"


def _quoted_column(element: Any, compiler: Any) -> str:
    return str(compiler.preparer.quote(element.column_name))


@compiles(AddColumn, "mssql")
def _add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    return f"ALTER TABLE {table_of(element, compiler)} ADD {column_text(element, compiler)}"


@compiles(DropColumn, "mssql")
def _drop_column(element: DropColumn, compiler: Any, **kw: Any) -> str:
    exists = "IF EXISTS " if element.if_exists else ""
    dropped = f"DROP COLUMN {exists}{_quoted_column(element, compiler)}"
    return f"ALTER TABLE {table_of(element, compiler)} {dropped}"


@compiles(RenameTable, "mssql")
def _rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    old = string(compiler, table_of(element, compiler))
    return f"EXEC sp_rename {old}, {string(compiler, element.new_name)}, N'OBJECT'"


@compiles(ColumnName, "mssql")
def _rename_column(element: ColumnName, compiler: Any, **kw: Any) -> str:
    old = string(compiler, f"{table_of(element, compiler)}.{_quoted_column(element, compiler)}")
    return f"EXEC sp_rename {old}, {string(compiler, element.new_name)}, N'COLUMN'"


@compiles(AlterDefinition)
def _alter_definition(element: AlterDefinition, compiler: Any, **kw: Any) -> str:
    table, column = table_of(element, compiler), _quoted_column(element, compiler)
    alter = f"ALTER TABLE {table} ALTER COLUMN {column} {element.definition}"
    if not element.keep_default:
        return alter
    behind = string(compiler, f" FOR {column}")
    drop, add = f"ALTER TABLE {table} DROP CONSTRAINT ", f"ALTER TABLE {table} ADD CONSTRAINT "
    return "\n".join(
        [
            "DECLARE @name sysname, @definition nvarchar(max), @sql nvarchar(max);",
            "SELECT @name = QUOTENAME(name), @definition = definition FROM sys.default_constraints",
            f"    WHERE parent_object_id = {_object_id(element, compiler)}",
            f"    AND parent_column_id = {_column_id(element, compiler)};",
            f"SET @sql = {string(compiler, drop)} + @name;",
            "IF @name IS NOT NULL EXEC sp_executesql @sql;",
            f"{alter};",
            f"SET @sql = {string(compiler, add)} + @name + N' DEFAULT ' + @definition + {behind};",
            "IF @name IS NOT NULL EXEC sp_executesql @sql",
        ]
    )


_OF_FOREIGN_KEY = (
    "object_id IN (SELECT constraint_object_id FROM sys.foreign_key_columns"
    " WHERE parent_object_id = {table} AND parent_column_id = {column})"
)
_OF_KEY = (
    "type = 'UQ' AND unique_index_id IN (SELECT index_id FROM sys.index_columns"
    " WHERE object_id = {table} AND column_id = {column})"
)
_BOUND: dict[Kind, tuple[str, str]] = {
    "default": ("sys.default_constraints", "parent_column_id = {column}"),
    "check": ("sys.check_constraints", "parent_column_id = {column}"),
    "foreignkey": ("sys.foreign_keys", _OF_FOREIGN_KEY),
    "unique": ("sys.key_constraints", _OF_KEY),
}


@compiles(DropBound)
def _drop_bound(element: DropBound, compiler: Any, **kw: Any) -> str:
    catalog, condition = _BOUND[element.kind]
    table, column = _object_id(element, compiler), _column_id(element, compiler)
    drop = string(compiler, f"ALTER TABLE {table_of(element, compiler)} DROP CONSTRAINT ")
    return "\n".join(
        [
            "DECLARE @sql nvarchar(max) = N'';",
            f"SELECT @sql = @sql + {drop} + QUOTENAME(name) + N';' FROM {catalog}",
            f"    WHERE parent_object_id = {table}",
            f"    AND {condition.format(table=table, column=column)};",
            "EXEC sp_executesql @sql",
        ]
    )


@compiles(AddDefault)
def _add_default(element: AddDefault, compiler: Any, **kw: Any) -> str:
    default = default_text(compiler, element.default)
    added = f"ADD DEFAULT {default} FOR {_quoted_column(element, compiler)}"
    return f"ALTER TABLE {table_of(element, compiler)} {added}"


@compiles(Comment)
def _comment(element: Comment, compiler: Any, **kw: Any) -> str:
    of_column = element.column_name is not None
    minor = _column_id(element, compiler) if of_column else "0"
    levels = [
        "@level0type = N'SCHEMA', @level0name = @schema",
        f"@level1type = N'TABLE', @level1name = {string(compiler, element.table_name)}",
    ]
    if element.column_name is not None:
        levels.append(f"@level2type = N'COLUMN', @level2name = {string(compiler, element.column_name)}")
    named = ", ".join(["@name = N'MS_Description'", *levels])
    there = [
        f"DECLARE @schema sysname = OBJECT_SCHEMA_NAME({_object_id(element, compiler)});",
        "IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'",
        f"    AND major_id = {_object_id(element, compiler)} AND minor_id = {minor})",
    ]
    if element.comment is None:
        return "\n".join([*there, f"    EXEC sp_dropextendedproperty {named}"])
    value = f"{named}, @value = {string(compiler, element.comment)}"
    return "\n".join(
        [
            *there,
            f"    EXEC sp_updateextendedproperty {value};",
            "ELSE",
            f"    EXEC sp_addextendedproperty {value}",
        ]
    )


@compiles(IdentityInsert)
def _identity_insert(element: IdentityInsert, compiler: Any, **kw: Any) -> str:
    table = table_of(element, compiler)
    statement = f"SET IDENTITY_INSERT {table} {'ON' if element.on else 'OFF'}"
    if element.columns is None:
        return statement
    names = ", ".join(string(compiler, name) for name in element.columns)
    return "\n".join(
        [
            "IF EXISTS (SELECT 1 FROM sys.identity_columns",
            f"    WHERE object_id = {_object_id(element, compiler)} AND name IN ({names}))",
            f"    {statement}",
        ]
    )
