"""The statements that standard SQL has no elements for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import ENUM, CreateEnumType
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from migrateops.ddl.statements import AddColumn, column_text, table_text


class AddNullableColumn(AddColumn):
    """``ALTER TABLE .. ADD COLUMN ..`` without NOT NULL, which the engine does not take there."""


class CreateTypeIfMissing(DDLElement):
    """``CREATE TYPE IF NOT EXISTS``."""

    inherit_cache = False

    def __init__(self, type_: ENUM) -> None:
        self.type_ = type_


@compiles(AddNullableColumn)
def _add_column(element: AddNullableColumn, compiler: Any, **kw: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} ADD COLUMN {column_text(element, compiler).removesuffix(' NOT NULL')}"


@compiles(CreateTypeIfMissing)
def _create_type(element: CreateTypeIfMissing, compiler: Any, **kw: Any) -> str:
    create = str(compiler.process(CreateEnumType(element.type_)))
    return create.replace("CREATE TYPE", "CREATE TYPE IF NOT EXISTS", 1)
