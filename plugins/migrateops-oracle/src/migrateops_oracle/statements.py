"""The statements of Oracle Database that standard SQL has no elements for, or has otherwise."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Identity, Index
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, DDLElement
from sqlalchemy.types import String, TypeEngine

from migrateops.ddl.statements import AddColumn, AlterColumn, column_text, default_text, table_text


class ModifyColumn(AlterColumn):
    """``ALTER TABLE .. MODIFY ..``, all changes in one: each statement is committed by itself.

    What is not said of the column stays as it is.

    Args:
        type_: The new type, or None.
        default: The new default; None makes it NULL, False leaves it.
        nullable: Whether it is to accept NULL, or None.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        schema: str | None,
        *,
        type_: TypeEngine[Any] | None = None,
        default: Any = False,
        nullable: bool | None = None,
    ) -> None:
        super().__init__(table_name, column_name, schema)
        self.type_ = type_
        self.default = default
        self.nullable = nullable


class ModifyIdentity(AlterColumn):
    """``MODIFY .. GENERATED .. AS IDENTITY``, or ``MODIFY .. DROP IDENTITY`` where there is none."""

    def __init__(
        self, table_name: str, column_name: str, identity: Identity | None, schema: str | None
    ) -> None:
        super().__init__(table_name, column_name, schema)
        self.identity = identity


class CommentOn(AlterColumn):
    """``COMMENT ON COLUMN .. IS ..``; an empty comment is none."""

    def __init__(self, table_name: str, column_name: str, comment: str, schema: str | None) -> None:
        super().__init__(table_name, column_name, schema)
        self.comment = comment


class CreateIndexIfMissing(DDLElement):
    """``CREATE INDEX IF NOT EXISTS``, of which SQLAlchemy leaves out the condition."""

    inherit_cache = False

    def __init__(self, index: Index) -> None:
        self.index = index


@compiles(CreateIndexIfMissing)
def _create_index(element: CreateIndexIfMissing, compiler: Any, **kw: Any) -> str:
    text = str(compiler.process(CreateIndex(element.index)))
    return text.replace("INDEX ", "INDEX IF NOT EXISTS ", 1)


@compiles(AddColumn, "oracle")
def _add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} ADD {column_text(element, compiler)}"


def _modify(element: AlterColumn, compiler: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} MODIFY {compiler.preparer.quote(element.column_name)}"


@compiles(ModifyColumn)
def _modify_column(element: ModifyColumn, compiler: Any, **kw: Any) -> str:
    words = [_modify(element, compiler)]
    if element.type_ is not None:
        words.append(compiler.dialect.type_compiler_instance.process(element.type_))
    if element.default is not False:
        default = "NULL" if element.default is None else default_text(compiler, element.default)
        words.append(f"DEFAULT {default}")
    null: dict[bool | None, Literal["", "NULL", "NOT NULL"]] = {None: "", True: "NULL", False: "NOT NULL"}
    return " ".join([*words, null[element.nullable]]).rstrip()


@compiles(ModifyIdentity)
def _modify_identity(element: ModifyIdentity, compiler: Any, **kw: Any) -> str:
    what = "DROP IDENTITY" if element.identity is None else str(compiler.process(element.identity)).strip()
    return f"{_modify(element, compiler)} {what}"


@compiles(CommentOn)
def _comment_on(element: CommentOn, compiler: Any, **kw: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    comment = compiler.sql_compiler.render_literal_value(element.comment, String())
    return f"COMMENT ON COLUMN {table}.{compiler.preparer.quote(element.column_name)} IS {comment}"
