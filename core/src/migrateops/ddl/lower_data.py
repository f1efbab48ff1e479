"""How rows are inserted, and SQL is executed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import TableClause, literal
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import NullType

from migrateops import errors
from migrateops.ddl.rows import together
from migrateops.ddl.statements import Execute
from migrateops.operations import ops
from migrateops.operations.base import Operations
from migrateops.operations.target import Target

# A union would be made anew at each call.
_STATEMENTS = (str, Executable)


@Operations.lowering_for(ops.ExecuteSQLOp)
def execute(op: ops.ExecuteSQLOp, target: Target) -> list[Any]:
    """Return the statement as it is."""
    statement, parameters, options = op.sqltext, op.parameters, op.execution_options
    if not isinstance(statement, _STATEMENTS):
        raise errors.operations.WrongType(
            "execute", "sqltext", "a string or a statement of SQLAlchemy", f"{statement!r}"
        )
    if parameters is options is None:
        return [statement]
    sets = parameters if isinstance(parameters, list | tuple) else [parameters]
    if not all(one is None or isinstance(one, Mapping) for one in sets):
        raise errors.operations.WrongType(
            "execute", "parameters", "a mapping or a list of mappings", f"{parameters!r}"
        )
    return [Execute(statement, parameters, options)]


@Operations.lowering_for(ops.BulkInsertOp)
def bulk_insert(op: ops.BulkInsertOp, target: Target) -> Iterator[Any]:
    """Yield the rows, those with the same keys together; one INSERT a row in a stream.

    A row with SQL expressions is a statement of its own, whatever ``multiinsert`` says.
    """
    require_rows(op)
    if target.as_sql:
        for row in op.rows:
            require_columns(op, row)
            # Nobody reads what a stream's INSERT returns.
            yield op.table.insert().inline().values(_typed(op.table, row))
        return
    for plain, alike in together(op.table, op.rows):
        require_columns(op, alike.rows[0])
        if plain:
            yield alike
        else:
            for row in alike.rows:
                yield op.table.insert().values(row)


def require_rows(op: ops.BulkInsertOp) -> None:
    """Refuse what is no list of rows for a table, before one of them is sent.

    Raises:
        WrongType: The table is none, the rows are no list, or one of them is no mapping.
    """
    if not isinstance(op.table, TableClause):
        raise errors.operations.WrongType("bulk_insert", "table", "a Table or sa.table()", f"{op.table!r}")
    if not isinstance(op.rows, list | tuple):
        raise errors.operations.WrongType("bulk_insert", "rows", "a list of mappings", type(op.rows).__name__)
    for kind in set(map(type, op.rows)):
        if not issubclass(kind, Mapping):
            raise errors.operations.WrongType(
                "bulk_insert", "rows", "a list of mappings", f"a {kind.__name__} in it"
            )


def require_columns(op: ops.BulkInsertOp, row: Mapping[str, Any]) -> None:
    """Refuse a row with a value for a column that the table does not have.

    Raises:
        UnknownColumn: There is one.
    """
    known = tuple(op.table.c.keys())
    for key in row:
        if key not in known:
            raise errors.operations.UnknownColumn("bulk_insert", op.table.name, key, known)


def _typed(table: TableClause, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return *row* with the values of columns of no type as literals of their own types."""
    return {
        key: literal(value) if key in table.c and isinstance(table.c[key].type, NullType) else value
        for key, value in row.items()
    }
