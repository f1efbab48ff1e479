"""Columns and indexes that are written without a table being made for them, which takes longer than the rest.

Only where nobody can tell: what a table adds is not wanted, and nobody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, DefaultClause, Index, TableClause, column, table
from sqlalchemy.schema import CreateColumn, CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import quoted_name

if TYPE_CHECKING:
    from migrateops.operations.target import Target

# Their listeners are those of all columns, and of all indexes; they have none of their own.
_ANY: Column[Any] = Column("any")
_ANY_INDEX = Index("any")
_ANY_TABLE = table("any")
_SQLALCHEMYS = 1
"""How many listeners SQLAlchemy itself has on indexes: the one that names them by convention."""
COMPILED = "_compiler_dispatcher"
"""What ``@compiles`` leaves in a class; SQLAlchemy has no public name for it."""


def is_lone(given: Column[Any], compiler: Any) -> bool:
    """Say whether a new column is its name, type, default and nullability, and nobody looks at its table.

    What a table adds: constraints, indexes, comments, names by convention, what types make of it, and what
    listeners, ``@compiles`` and compilers that are not SQLAlchemy's may do with it.
    """
    return not (
        type(given) is not Column
        or given.table is not None
        or given.primary_key
        or given.unique
        or given.index
        or given.foreign_keys
        or given.constraints
        or given.comment
        or given.computed
        or given.identity
        or given.default is not None
        or (given.server_default is not None and type(given.server_default) is not DefaultClause)
        # Types that belong to a schema listen as well.
        or "dispatch" in given.__dict__
        or _ANY.dispatch.before_parent_attach
        or _ANY.dispatch.after_parent_attach
        or hasattr(CreateColumn, COMPILED)
        or hasattr(type(given.type), COMPILED)
        or not _is_sqlalchemys(compiler)
    )


@cache
def _is_sqlalchemys(compiler: type[DDLCompiler]) -> bool:
    """Say whether columns and indexes are written by SQLAlchemy's own code, which asks little of a table."""
    return all(
        getattr(compiler, name).__module__.startswith("sqlalchemy.")
        for name in ("get_column_specification", "visit_create_column", "visit_create_index")
    )


def in_table(given: Column[Any], table_name: str, schema: str | None) -> Column[Any]:
    """Return a shallow copy of a lone column that names its table, which is no more than a name."""
    made: Column[Any] = Column.__new__(Column)
    made.__dict__.update(given.__dict__)
    made.name = name_of(given)
    made.table = _named(table_name, schema)  # type: ignore[assignment]
    return made


def name_of(column: Column[Any]) -> str:
    """Return a column's name, as a plain string unless it says how it is to be quoted.

    SQLAlchemy's own kind of string may say so, and is slow to be asked when it does not.
    """
    name: Any = column.name
    return name if type(name) is not quoted_name or name.quote is not None else str(name)


def _named(name: str, schema: str | None) -> TableClause:
    """Return ``table(name, schema=schema)``, in a third of the time."""
    made: TableClause = TableClause.__new__(TableClause)
    made.__dict__.update(_ANY_TABLE.__dict__)
    made.name = name
    made.schema = schema
    made.fullname = f"{schema}.{name}" if schema else name
    return made


def lone_index(
    name: Any, table_name: str, columns: Iterable[Any], schema: str | None, target: Target, **kw: Any
) -> Index | None:
    """Return an index on columns of these names, with a table that is no more than a name.

    None where it would not do: for expressions, options but flags, names by convention, a
    connection that translates schemas, and where listeners, ``@compiles`` or compilers that are not
    SQLAlchemy's may look at the table.
    """
    compiler: Any = target.dialect.ddl_compiler
    if (
        not isinstance(name, str)
        or not all(isinstance(each, str) for each in columns)
        or not all(value is None or isinstance(value, bool) for value in kw.values())
        or target.naming_convention
        or not target.as_sql
        or len(_ANY_INDEX.dispatch.after_parent_attach) != _SQLALCHEMYS
        or _ANY_INDEX.dispatch.before_parent_attach
        or hasattr(CreateIndex, COMPILED)
        or not _is_sqlalchemys(compiler)
    ):
        return None
    made = Index(name, *map(column, columns), **kw)
    made.table = _named(table_name, schema)  # type: ignore[assignment]
    return made
