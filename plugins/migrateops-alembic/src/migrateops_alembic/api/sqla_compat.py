"""``alembic.util.sqla_compat``: names that programs take from there, most of them SQLAlchemy's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Computed, Connection, Constraint, Identity, Inspector, Table, inspect
from sqlalchemy import __version__ as sqlalchemy_version
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ForeignKeyConstraint
from sqlalchemy.sql.elements import ColumnElement, TextClause

AUTOINCREMENT_DEFAULT = "auto"
sqla_13 = sqla_14 = True
sqla_1x = False
sqla_2 = True
sqla_2_1 = tuple(int(part) for part in sqlalchemy_version.split(".")[:2] if part.isdigit()) >= (2, 1)
has_computed = has_identity = has_computed_reflection = True


def constraint_name_string(name: Any) -> bool:
    """Return whether a constraint has a name."""
    return isinstance(name, str)


def constraint_name_defined(name: Any) -> bool:
    """Return whether a constraint has a name, or is said to have none."""
    return name is None or isinstance(name, str)


def constraint_name_or_none(name: Any) -> str | None:
    """Return the name of a constraint, or None."""
    return name if isinstance(name, str) else None


def is_expression_index(index: Any) -> bool:
    """Return whether an index is on an expression, not only on columns."""
    return any(is_expression(one) for one in index.expressions)


def is_expression(expr: Any) -> bool:
    """Return whether a part of an index is an expression."""
    while not isinstance(expr, Column) and hasattr(expr, "element"):
        expr = expr.element
    return isinstance(expr, TextClause) or (isinstance(expr, ColumnElement) and not isinstance(expr, Column))


def _table_for_constraint(constraint: Constraint) -> Table:
    parent = constraint.parent if isinstance(constraint, ForeignKeyConstraint) else constraint.table
    assert isinstance(parent, Table)
    return parent


def _columns_for_constraint(constraint: Any) -> list[Any]:
    if isinstance(constraint, ForeignKeyConstraint):
        return [key.parent for key in constraint.elements]
    return list(constraint.columns)


def _copy(schema_item: Any, **kw: Any) -> Any:
    return schema_item._copy(**kw) if hasattr(schema_item, "_copy") else schema_item.copy(**kw)


def _connectable_has_table(connectable: Connection, tablename: str, schemaname: str | None) -> bool:
    return inspect(connectable).has_table(tablename, schemaname)


def _reflect_table(inspector: Inspector, table: Table, *args: Any) -> None:
    inspector.reflect_table(table, None)


def _get_connection_in_transaction(connection: Connection | None) -> bool:
    return connection is not None and connection.in_transaction()


def _server_default_is_computed(*server_default: Any) -> bool:
    return any(isinstance(one, Computed) for one in server_default)


def _server_default_is_identity(*server_default: Any) -> bool:
    return any(isinstance(one, Identity) for one in server_default)


__all__ = [
    "AUTOINCREMENT_DEFAULT",
    "Computed",
    "Identity",
    "_columns_for_constraint",
    "_connectable_has_table",
    "_copy",
    "_get_connection_in_transaction",
    "_reflect_table",
    "_server_default_is_computed",
    "_server_default_is_identity",
    "_table_for_constraint",
    "compiles",
    "constraint_name_defined",
    "constraint_name_or_none",
    "constraint_name_string",
    "has_computed",
    "has_computed_reflection",
    "has_identity",
    "is_expression",
    "is_expression_index",
    "sqla_1x",
    "sqla_2",
    "sqla_2_1",
    "sqla_13",
    "sqla_14",
    "sqlalchemy_version",
]
