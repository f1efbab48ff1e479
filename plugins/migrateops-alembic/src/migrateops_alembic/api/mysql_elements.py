"""``alembic.ddl.mysql``: the elements that change a column on dialects of MySQL's kind.

They are sent on those that have no pack, but a class derived from ``MySQLImpl``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import AddConstraint
from sqlalchemy.types import TypeEngine, to_instance

from migrateops import errors
from migrateops.ddl.lower import type_constraints
from migrateops.ddl.statements import is_generated
from migrateops.operations import ops
from migrateops_alembic.api.statements import (
    AlterColumn,
    alter_column,
    alter_table,
    format_column_name,
    format_server_default,
    format_type,
)


class MySQLAlterDefault(AlterColumn):
    """``ALTER COLUMN .. SET DEFAULT ..`` or ``DROP DEFAULT``."""

    def __init__(self, name: str, column_name: str, default: Any, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema)
        self.default = default


class MySQLChangeColumn(AlterColumn):
    """``CHANGE ..``, with the whole definition and a new name."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        nullable: bool | None = None,
        default: Any = False,
        autoincrement: bool | None = None,
        comment: str | bool | None = False,
    ) -> None:
        super().__init__(name, column_name, schema)
        if type_ is None:
            described = f"alter_column {name!r} {column_name!r}"
            raise errors.operations.IncompleteOperation(
                described, "a dialect of MySQL's kind", "existing_type"
            )
        self.newname = newname
        self.type_ = to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment


class MySQLModifyColumn(MySQLChangeColumn):
    """``MODIFY ..``, with the whole definition."""


@compiles(MySQLAlterDefault)
def _default(element: MySQLAlterDefault, compiler: Any, **kw: Any) -> str:
    what = "DROP DEFAULT"
    if element.default is not None:
        what = f"SET DEFAULT {format_server_default(compiler, element.default)}"
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)} {what}"


@compiles(MySQLModifyColumn)
def _modify(element: MySQLModifyColumn, compiler: Any, **kw: Any) -> str:
    column = format_column_name(compiler, element.column_name)
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} MODIFY {column} {_definition(element, compiler)}"


@compiles(MySQLChangeColumn)
def _change(element: MySQLChangeColumn, compiler: Any, **kw: Any) -> str:
    new = element.newname or element.column_name
    old, new = (format_column_name(compiler, name) for name in (element.column_name, new))
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} CHANGE {old} {new} {_definition(element, compiler)}"


def _definition(element: MySQLChangeColumn, compiler: Any) -> str:
    parts = [format_type(compiler, element.type_), "NULL" if element.nullable else "NOT NULL"]
    if element.autoincrement:
        parts.append("AUTO_INCREMENT")
    if element.default is not False and element.default is not None:
        parts.append(f"DEFAULT {format_server_default(compiler, element.default)}")
    if element.comment:
        literal = compiler.sql_compiler.render_literal_value(element.comment, types.String())
        parts.append(f"COMMENT {literal}")
    return " ".join(parts)


def is_told(op: ops.AlterColumnOp) -> bool:
    """Say whether an operation tells of its column what Alembic asks for, and changes what it can change."""
    if is_generated(op.modify_server_default) or is_generated(op.existing_server_default):
        return False
    return not _is_whole(op) or op.modify_type is not None or op.existing_type is not None


def lowered(op: ops.AlterColumnOp, target: Any) -> list[Any]:
    """Return the element that changes a column, then the CHECKs of its new type; the old ones stay."""
    add = map(AddConstraint, type_constraints(op, op.modify_type, target))
    return [*_changes(op), *add]


def _is_whole(op: ops.AlterColumnOp) -> bool:
    """Say whether a change states the whole column."""
    changed = {op.modify_nullable, op.modify_type, op.kw.get("autoincrement"), op.modify_name}
    return changed != {None} or op.modify_comment is not False


def _changes(op: ops.AlterColumnOp) -> Iterator[Any]:
    where, default = (op.table_name, op.column_name), op.modify_server_default
    type_ = op.modify_type if op.modify_type is not None else op.existing_type
    increment, comment = op.kw.get("autoincrement"), op.modify_comment
    said = op.modify_nullable if op.modify_nullable is not None else op.existing_nullable
    definition: dict[str, Any] = {
        "newname": op.modify_name or op.column_name,
        "type_": type_,
        "nullable": True if said is None else said,
        "default": default if default is not False else op.existing_server_default,
        "autoincrement": increment if increment is not None else op.kw.get("existing_autoincrement"),
        "comment": comment if comment is not False else op.existing_comment,
    }
    # The words for a default alone take no function; columns of a time are stated though nothing changes.
    if op.modify_name is not None or (default is not None and _is_of_time(type_)):
        yield MySQLChangeColumn(*where, op.schema, **definition)
    elif _is_whole(op):
        yield MySQLModifyColumn(*where, op.schema, **definition)
    elif default is not False:
        yield MySQLAlterDefault(*where, default, op.schema)


def _is_of_time(type_: Any) -> bool:
    return type_ is not None and isinstance(to_instance(type_), types.DateTime)
