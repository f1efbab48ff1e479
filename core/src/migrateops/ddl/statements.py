"""The statements of ALTER that SQLAlchemy has no elements for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Column,
    Computed,
    Constraint,
    DefaultClause,
    FetchedValue,
    Identity,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, DDLElement
from sqlalchemy.sql.compiler import IdentifierPreparer
from sqlalchemy.types import NULLTYPE, TypeEngine

from migrateops import errors
from migrateops.operations.schema_objects import require_values


class Execute(NamedTuple):
    """A statement with parameters or execution options, for a lowering to yield.

    Attributes:
        statement: A string (taken as ``text()``) or an element.
        parameters: A mapping, or a list of mappings, which is sent in one call.
        options: Execution options.
    """

    statement: Any
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    options: Mapping[str, Any] | None = None


class TableEvent(NamedTuple):
    """Not a statement: the moment to fire a table's ``before_create`` or the like.

    SQLAlchemy's types and the user's listeners hang their own DDL on these.
    """

    table: Table
    name: Literal["before_create", "after_create", "before_drop", "after_drop"]


class AlterTable(DDLElement):
    """Base of the ALTER TABLE statements.

    Args:
        table_name: Name of the table, unquoted.
        schema: Schema of the table, unquoted.
    """

    inherit_cache = False

    def __init__(self, table_name: str, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class RenameTable(AlterTable):
    """``ALTER TABLE .. RENAME TO ..``."""

    def __init__(self, table_name: str, new_name: str, schema: str | None = None) -> None:
        super().__init__(table_name, schema)
        self.new_name = new_name


class AddColumn(AlterTable):
    """``ALTER TABLE .. ADD COLUMN ..``; *column* must be in a table, or a ``sqlalchemy.table()``."""

    def __init__(
        self,
        column: Column[Any],
        *,
        if_not_exists: bool = False,
        inline_references: bool = False,
        inline_primary_key: bool = False,
        inline_constraints: Sequence[Constraint] = (),
    ) -> None:
        super().__init__(column.table.name, column.table.schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.inline_constraints = inline_constraints


class DropColumn(AlterTable):
    """``ALTER TABLE .. DROP COLUMN ..``."""

    def __init__(
        self, table_name: str, column_name: str, schema: str | None = None, *, if_exists: bool = False
    ) -> None:
        super().__init__(table_name, schema)
        self.column_name = column_name
        self.if_exists = if_exists


class AlterColumn(AlterTable):
    """Base of the statements that change one thing about a column."""

    def __init__(self, table_name: str, column_name: str, schema: str | None = None) -> None:
        super().__init__(table_name, schema)
        self.column_name = column_name


class ColumnNullable(AlterColumn):
    """``ALTER COLUMN .. SET NOT NULL`` or ``DROP NOT NULL``."""

    def __init__(self, table_name: str, column_name: str, nullable: bool, schema: str | None = None) -> None:
        self.table_name = table_name
        self.column_name = column_name
        self.nullable = nullable
        self.schema = schema


class ColumnType(AlterColumn):
    """``ALTER COLUMN .. TYPE ..``.

    Args:
        using: Expression that makes the new values of the old, as SQL text, for dialects with USING.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        type_: TypeEngine[Any],
        schema: str | None = None,
        *,
        using: str | None = None,
    ) -> None:
        super().__init__(table_name, column_name, schema)
        self.type_ = type_
        self.using = using


class ColumnName(AlterColumn):
    """``RENAME COLUMN .. TO ..``."""

    def __init__(self, table_name: str, column_name: str, new_name: str, schema: str | None = None) -> None:
        super().__init__(table_name, column_name, schema)
        self.new_name = new_name


class ColumnDefault(AlterColumn):
    """``ALTER COLUMN .. SET DEFAULT ..`` or ``DROP DEFAULT``.

    Args:
        default: A string, which is written as a literal, or an SQL expression; None drops the default.

    Raises:
        DefaultWithoutSQL: The default is one that only the server knows.
        UnboundParameter: It has a parameter without a value.
    """

    def __init__(self, table_name: str, column_name: str, default: Any, schema: str | None = None) -> None:
        super().__init__(table_name, column_name, schema)
        if isinstance(default, FetchedValue) and not isinstance(default, DefaultClause):
            raise errors.operations.DefaultWithoutSQL(table_name, column_name, type(default).__name__)
        require_values(f"default of {table_name}.{column_name}", getattr(default, "arg", default))
        self.default = default


def name_text(preparer: Any, name: str) -> str:
    """Return a name as SQL, quoted where the dialect needs it.

    Of a plain name, SQLAlchemy's own rule is asked here, without its regular expression.
    """
    if (
        type(name) is str
        and name.islower()
        and name.isascii()
        and name.isidentifier()
        and name not in preparer.reserved_words
        and _has_usual_rule[preparer.__class__]
    ):
        return name
    return str(preparer.quote(name))


class _UsualRule(dict[type[IdentifierPreparer], bool]):
    """Whether a dialect leaves to SQLAlchemy which names are quoted; a dictionary answers soonest."""

    def __missing__(self, preparer: type[IdentifierPreparer]) -> bool:
        self[preparer] = usual = all(
            getattr(preparer, rule) is getattr(IdentifierPreparer, rule)
            for rule in ("quote", "_requires_quotes", "legal_characters", "illegal_initial_characters")
        )
        return usual


_has_usual_rule = _UsualRule()


def table_text(compiler: Any, name: str, schema: str | None) -> str:
    """Return a table's name as SQL, quoted where the dialect needs it, in the schema that is meant."""
    if compiler.schema_translate_map:
        return str(compiler.preparer.format_table(Table(name, MetaData(), schema=schema)))
    text = name_text(compiler.preparer, name)
    return f"{name_text(compiler.preparer, schema)}.{text}" if schema else text


def default_text(compiler: Any, default: Any) -> str:
    """Return a server default as SQL: a string as a literal, ``text()`` and functions as they are."""
    column: Column[Any] = Column("c", NULLTYPE, server_default=default)
    Table("t", MetaData(), column)
    return str(compiler.get_column_default_string(column))


def is_generated(default: Any) -> bool:
    """Say whether a server default is an identity or a computed expression."""
    return isinstance(default, Computed | Identity)


def _alter(element: AlterTable, compiler: Any) -> str:
    return f"ALTER TABLE {table_text(compiler, element.table_name, element.schema)}"


def _alter_column(element: AlterColumn, compiler: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} ALTER COLUMN {name_text(compiler.preparer, element.column_name)}"


@compiles(RenameTable)
def _rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} RENAME TO {name_text(compiler.preparer, element.new_name)}"


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} ADD COLUMN {column_text(element, compiler)}"


def writes_identity(column: Column[Any], dialect: Dialect) -> bool:
    """Say whether a column's identity is in what SQLAlchemy writes of it.

    A dialect that says that it supports none may have a form of its own all the same.
    """
    if dialect.supports_identity_columns:
        return True
    compiler: Any = CreateColumn(column).compile(dialect=dialect)
    text = str(compiler).removeprefix(compiler.preparer.format_column(column))
    return re.search(r"\bIDENTITY\b", text) is not None


def column_text(element: AddColumn, compiler: Any) -> str:
    """Return what stands after ADD COLUMN."""
    remembered = getattr(compiler, "remembered_column", None)
    text = remembered(element.column) if remembered is not None else None
    if text is None:
        text = str(compiler.process(CreateColumn(element.column)))
    if element.if_not_exists:
        text = f"IF NOT EXISTS {text}"
    if element.inline_primary_key and element.column.primary_key:
        text += " PRIMARY KEY"
    for added in element.inline_constraints:
        text += f" {_inside_column(added, compiler)}"
    if element.inline_references:
        for key in sorted(
            element.column.foreign_keys, key=lambda key: (str(key.name or ""), key.target_fullname)
        ):
            constraint = key.constraint
            if constraint is None:
                continue
            if constraint.name is not None:
                formatted = compiler.preparer.format_constraint(constraint)
                text += f" CONSTRAINT {formatted}" if formatted else ""
            remote = key.column
            referred = table_text(compiler, remote.table.name, remote.table.schema)
            text += f" REFERENCES {referred} ({compiler.preparer.quote(remote.name)})"
            text += compiler.define_constraint_match(constraint)
            text += compiler.define_constraint_cascades(constraint)
            text += compiler.define_constraint_deferrability(constraint)
    return text


def _inside_column(constraint: Constraint, compiler: Any) -> str:
    """Return a constraint of one column as it is written behind the column."""
    if not isinstance(constraint, UniqueConstraint):
        return str(compiler.process(constraint))
    named = compiler.preparer.format_constraint(constraint) if constraint.name is not None else None
    text = f"CONSTRAINT {named} UNIQUE" if named else "UNIQUE"
    return text + str(compiler.define_constraint_deferrability(constraint))


@compiles(DropColumn)
def _drop_column(element: DropColumn, compiler: Any, **kw: Any) -> str:
    exists = "IF EXISTS " if element.if_exists else ""
    column = name_text(compiler.preparer, element.column_name)
    return f"{_alter(element, compiler)} DROP COLUMN {exists}{column}"


@compiles(ColumnNullable)
def _nullable(element: ColumnNullable, compiler: Any, **kw: Any) -> str:
    what = "DROP NOT NULL" if element.nullable else "SET NOT NULL"
    return f"{_alter_column(element, compiler)} {what}"


@compiles(ColumnType)
def _type(element: ColumnType, compiler: Any, **kw: Any) -> str:
    type_ = compiler.dialect.type_compiler_instance.process(element.type_)
    using = f" USING {element.using}" if element.using else ""
    return f"{_alter_column(element, compiler)} TYPE {type_}{using}"


@compiles(ColumnName)
def _name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    old, new = (name_text(compiler.preparer, name) for name in (element.column_name, element.new_name))
    return f"{_alter(element, compiler)} RENAME COLUMN {old} TO {new}"


@compiles(ColumnDefault)
def _default(element: ColumnDefault, compiler: Any, **kw: Any) -> str:
    what = "DROP DEFAULT"
    if element.default is not None:
        what = f"SET DEFAULT {default_text(compiler, element.default)}"
    return f"{_alter_column(element, compiler)} {what}"
