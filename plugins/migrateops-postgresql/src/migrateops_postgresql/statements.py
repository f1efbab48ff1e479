"""The statements that standard SQL has no elements for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Computed, Identity
from sqlalchemy.dialects.postgresql import DOMAIN, CreateDomainType, CreateEnumType, NamedType
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from migrateops.ddl.statements import AlterColumn, ColumnName, table_text


class CreateTypeIfMissing(DDLElement):
    """``CREATE TYPE`` or ``CREATE DOMAIN``, and nothing where there is one of that name.

    The server has no IF NOT EXISTS for these, so it is a block that ignores the error.  It asks
    nothing of the database, and a script may have created the type by itself before.
    """

    inherit_cache = False

    def __init__(self, type_: NamedType) -> None:
        self.type_ = type_


class RenameColumn(ColumnName):
    """``RENAME .. TO ..``; the word COLUMN is optional."""


class AddIdentity(AlterColumn):
    """``ALTER COLUMN .. ADD GENERATED .. AS IDENTITY``."""

    def __init__(self, table_name: str, column_name: str, identity: Identity, schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.identity = identity


class SetIdentity(AlterColumn):
    """``ALTER COLUMN .. SET GENERATED ..`` and the like.

    Args:
        changes: The clauses, such as ``SET INCREMENT BY 2``.
    """

    def __init__(self, table_name: str, column_name: str, changes: Sequence[str], schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.changes = changes


class DropIdentity(AlterColumn):
    """``ALTER COLUMN .. DROP IDENTITY``."""


class SetExpression(AlterColumn):
    """``ALTER COLUMN .. SET EXPRESSION AS (..)``; the server computes all rows anew."""

    def __init__(self, table_name: str, column_name: str, computed: Computed, schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.computed = computed


class DropExpression(AlterColumn):
    """``ALTER COLUMN .. DROP EXPRESSION``; the computed values stay as ordinary ones."""


@compiles(CreateTypeIfMissing)
def _create_type(element: CreateTypeIfMissing, compiler: Any, **kw: Any) -> str:
    made = CreateDomainType if isinstance(element.type_, DOMAIN) else CreateEnumType
    create = compiler.process(made(element.type_))
    quote = "$migrateops$"
    while quote in create:
        quote = f"{quote[:-1]}_$"
    return f"DO {quote} BEGIN {create}; EXCEPTION WHEN duplicate_object THEN NULL; END {quote}"


def _alter(element: AlterColumn, compiler: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} ALTER COLUMN {compiler.preparer.quote(element.column_name)}"


@compiles(AddIdentity)
def _add_identity(element: AddIdentity, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} ADD {compiler.process(element.identity)}"


@compiles(SetIdentity)
def _set_identity(element: SetIdentity, compiler: Any, **kw: Any) -> str:
    return " ".join([_alter(element, compiler), *element.changes])


@compiles(DropIdentity)
def _drop_identity(element: DropIdentity, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} DROP IDENTITY"


@compiles(SetExpression)
def _set_expression(element: SetExpression, compiler: Any, **kw: Any) -> str:
    expression = compiler.sql_compiler.process(
        element.computed.sqltext, include_table=False, literal_binds=True
    )
    return f"{_alter(element, compiler)} SET EXPRESSION AS ({expression})"


@compiles(DropExpression)
def _drop_expression(element: DropExpression, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} DROP EXPRESSION"


@compiles(RenameColumn)
def _rename_column(element: RenameColumn, compiler: Any, **kw: Any) -> str:
    old, new = (compiler.preparer.quote(name) for name in (element.column_name, element.new_name))
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} RENAME {old} TO {new}"
