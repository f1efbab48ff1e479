"""``alembic.ddl.base``: the elements that a dialect's package has compilers for, and the words for them.

Core's elements with the attributes that Alembic's have.  They are sent on dialects that have no pack,
but a class derived from ``DefaultImpl``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Computed, Identity, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SetColumnComment
from sqlalchemy.types import TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl import statements as core
from migrateops.ddl.statements import AlterTable, column_text, default_text, table_text


class _Existing:
    """What is known of a column before the change."""

    existing_type: TypeEngine[Any] | None = None
    existing_nullable: bool | None = None
    existing_server_default: Any = None
    existing_comment: str | None = None

    def known(
        self,
        existing_type: Any = None,
        existing_nullable: bool | None = None,
        existing_server_default: Any = None,
        existing_comment: str | None = None,
    ) -> None:
        """Take what is known."""
        self.existing_type = None if existing_type is None else to_instance(existing_type)
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class AlterColumn(_Existing, core.AlterColumn):
    """Base of the statements that change one thing about a column."""

    def __init__(self, name: str, column_name: str, schema: str | None = None, **existing: Any) -> None:
        core.AlterColumn.__init__(self, name, column_name, schema)
        self.known(**existing)


class ColumnNullable(_Existing, core.ColumnNullable):
    """``ALTER COLUMN .. SET NOT NULL`` or ``DROP NOT NULL``."""

    def __init__(
        self, name: str, column_name: str, nullable: bool, schema: str | None = None, **existing: Any
    ) -> None:
        core.ColumnNullable.__init__(self, name, column_name, nullable, schema)
        self.known(**existing)


class ColumnType(_Existing, core.ColumnType):
    """``ALTER COLUMN .. TYPE ..``."""

    def __init__(
        self, name: str, column_name: str, type_: Any, schema: str | None = None, **existing: Any
    ) -> None:
        using = existing.pop("using", None)
        core.ColumnType.__init__(self, name, column_name, to_instance(type_), schema, using=using)
        self.known(**existing)


class PostgresqlColumnType(ColumnType):
    """``ALTER COLUMN .. TYPE .. USING ..``."""


class ColumnName(_Existing, core.ColumnName):
    """``RENAME COLUMN .. TO ..``."""

    def __init__(
        self, name: str, column_name: str, newname: str, schema: str | None = None, **existing: Any
    ) -> None:
        core.ColumnName.__init__(self, name, column_name, newname, schema)
        self.newname = newname
        self.known(**existing)


class ColumnDefault(_Existing, core.ColumnDefault):
    """``ALTER COLUMN .. SET DEFAULT ..`` or ``DROP DEFAULT``."""

    def __init__(
        self, name: str, column_name: str, default: Any, schema: str | None = None, **existing: Any
    ) -> None:
        core.ColumnDefault.__init__(self, name, column_name, default, schema)
        self.known(**existing)


class ColumnComment(AlterColumn):
    """``COMMENT ON COLUMN ..``."""

    def __init__(
        self, name: str, column_name: str, comment: str | None, schema: str | None = None, **existing: Any
    ) -> None:
        super().__init__(name, column_name, schema, **existing)
        self.comment = comment


class ComputedColumnDefault(AlterColumn):
    """A change of what computes a column; no dialect is sent it unless its package compiles it."""

    def __init__(
        self, name: str, column_name: str, default: Computed | None, schema: str | None = None, **more: Any
    ) -> None:
        super().__init__(name, column_name, schema, **more)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    """A change of an identity; no dialect is sent it unless its package compiles it."""

    def __init__(
        self,
        name: str,
        column_name: str,
        default: Identity | None,
        impl: Any,
        schema: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(name, column_name, schema, **more)
        self.default = default
        self.impl = impl


class RenameTable(core.RenameTable):
    """``ALTER TABLE .. RENAME TO ..``."""

    def __init__(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        super().__init__(old_table_name, new_table_name, schema)
        self.new_table_name = new_table_name


class AddColumn(core.AddColumn):
    """``ALTER TABLE .. ADD COLUMN ..``."""

    def __init__(self, name: str, column: Column[Any], schema: str | None = None, **options: Any) -> None:
        AlterTable.__init__(self, name, schema)
        self.column = column
        self.if_not_exists = bool(options.get("if_not_exists"))
        self.inline_references = bool(options.get("inline_references"))
        self.inline_primary_key = bool(options.get("inline_primary_key"))
        self.inline_constraints = options.get("inline_constraints", ())


class DropColumn(core.DropColumn):
    """``ALTER TABLE .. DROP COLUMN ..``."""

    def __init__(
        self, name: str, column: Column[Any], schema: str | None = None, if_exists: bool | None = None
    ) -> None:
        super().__init__(name, column.name, schema, if_exists=bool(if_exists))
        self.column = column


def quote_dotted(name: Any, quote: Any) -> str:
    """Return a name with dots as SQL, each part quoted where that is needed."""
    return ".".join(quote(part) for part in str(name).split("."))


def format_table_name(compiler: Any, name: str, schema: str | None) -> str:
    """Return a table as SQL."""
    return table_text(compiler, name, schema)


def format_column_name(compiler: Any, name: str) -> str:
    """Return a column as SQL."""
    return str(compiler.preparer.quote(name))


def format_server_default(compiler: Any, default: Any) -> str:
    """Return a server default as SQL.

    Raises:
        WrongType: There is none: a dialect's package asks without a look.
    """
    if default is None:
        raise errors.operations.WrongType("format_server_default", "default", "a server default", "None")
    return default_text(compiler, default)


def format_type(compiler: Any, type_: TypeEngine[Any]) -> str:
    """Return a type as SQL."""
    return str(compiler.dialect.type_compiler_instance.process(type_))


def alter_table(compiler: Any, name: str, schema: str | None) -> str:
    """Return ``ALTER TABLE`` with the table."""
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def alter_column(compiler: Any, name: str) -> str:
    """Return ``ALTER COLUMN`` with the column."""
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def drop_column(compiler: Any, name: str, if_exists: bool | None = None, **kw: Any) -> str:
    """Return ``DROP COLUMN`` with the column."""
    return f"DROP COLUMN {'IF EXISTS ' if if_exists else ''}{format_column_name(compiler, name)}"


def add_column(compiler: Any, column: Column[Any], **kw: Any) -> str:
    """Return ``ADD COLUMN`` with the column's definition.

    Args:
        compiler: SQLAlchemy's compiler of DDL.
        column: The column, in a table.
        **kw: ``if_not_exists``, ``inline_references``, ``inline_primary_key``.
    """
    return f"ADD COLUMN {column_text(AddColumn(column.table.name, column, **kw), compiler)}"


def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    new = format_table_name(compiler, element.new_table_name, element.schema)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(RenameTable)
def _renamed_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    # A pack's words for it are those for core's element; without a pack, the standard's hold.
    of_packs = vars(core.RenameTable)["_compiler_dispatcher"].specs
    own = of_packs.get(compiler.dialect.name)
    return str(own(element, compiler, **kw)) if own else visit_rename_table(element, compiler)


@compiles(RenameTable, "postgresql", "sqlite", "oracle")
def visit_rename_table_in_place(element: RenameTable, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element where the new name has no schema."""
    new = format_table_name(compiler, element.new_table_name, None)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


def visit_add_column(element: core.AddColumn, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    text = column_text(element, compiler)
    return f"{alter_table(compiler, element.table_name, element.schema)} ADD COLUMN {text}"


def visit_drop_column(element: core.DropColumn, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    what = drop_column(compiler, element.column_name, element.if_exists)
    return f"{alter_table(compiler, element.table_name, element.schema)} {what}"


def visit_column_nullable(element: core.ColumnNullable, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    return f"{_altered(element, compiler)} {'DROP' if element.nullable else 'SET'} NOT NULL"


def visit_column_type(element: core.ColumnType, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words, with USING where that is given."""
    using = f" USING {element.using}" if element.using else ""
    return f"{_altered(element, compiler)} TYPE {format_type(compiler, element.type_)}{using}"


def visit_column_name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME {old} TO {new}"


def visit_column_default(element: core.ColumnDefault, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    what = "DROP DEFAULT"
    if element.default is not None:
        what = f"SET DEFAULT {format_server_default(compiler, element.default)}"
    return f"{_altered(element, compiler)} {what}"


@compiles(ColumnComment)
def visit_column_comment(element: ColumnComment, compiler: Any, **kw: Any) -> str:
    """Return the SQL of the element in the standard's words."""
    from sqlalchemy import MetaData, Table

    column: Column[Any] = Column(element.column_name, Integer, comment=element.comment)
    Table(element.table_name, MetaData(), column, schema=element.schema)
    return str(compiler.process(SetColumnComment(column)))


compiles(ColumnName)(visit_column_name)


def _altered(element: core.AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"


def with_names_of_alembic(statement: Any, op: Any, *, using: bool) -> Any:
    """Return an element of core's as what a dialect's package may have a compiler for.

    Args:
        statement: The element; what has no counterpart is returned as it is.
        op: The operation that it is sent for.
        using: Whether the dialect is of PostgreSQL's kind.
    """
    kind = type(statement)
    if kind is core.RenameTable:
        return RenameTable(statement.table_name, statement.new_name, statement.schema)
    if kind is core.AddColumn:
        return AddColumn(
            statement.table_name,
            statement.column,
            statement.schema,
            if_not_exists=statement.if_not_exists,
            inline_references=statement.inline_references,
            inline_primary_key=statement.inline_primary_key,
            inline_constraints=statement.inline_constraints,
        )
    if kind is core.DropColumn:
        return DropColumn(statement.table_name, op.to_column(), statement.schema, statement.if_exists)
    known = {
        "existing_type": getattr(op, "existing_type", None),
        "existing_nullable": getattr(op, "existing_nullable", None),
        "existing_server_default": getattr(op, "existing_server_default", None),
        "existing_comment": getattr(op, "existing_comment", None),
    }
    if isinstance(statement, SetColumnComment):
        column = statement.element
        table = column.table
        return ColumnComment(table.name, column.name, column.comment, table.schema, **known)
    if kind not in _CHANGES:
        return statement
    made, value = _CHANGES[kind]
    if made is ColumnType:
        made = PostgresqlColumnType if using else made
        known["using"] = statement.using
    return made(
        statement.table_name, statement.column_name, getattr(statement, value), statement.schema, **known
    )


_CHANGES: dict[type[Any], tuple[type[Any], str]] = {
    core.ColumnNullable: (ColumnNullable, "nullable"),
    core.ColumnType: (ColumnType, "type_"),
    core.ColumnName: (ColumnName, "new_name"),
    core.ColumnDefault: (ColumnDefault, "default"),
}
