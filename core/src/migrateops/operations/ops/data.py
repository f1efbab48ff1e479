"""Execute SQL, and insert rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import TableClause
from sqlalchemy.sql.base import Executable

from migrateops.operations.base import BatchOperations, Operations
from migrateops.operations.declare import MigrateOperation, operation


@Operations.register_operation("execute")
@BatchOperations.register_operation("execute")
@operation
class ExecuteSQLOp(MigrateOperation):
    """Execute SQL.

    Args:
        sqltext: A string, taken as ``text()`` (so ``:name`` is a parameter and ``\\\\:`` a colon), or
            any SQLAlchemy element that can be executed.
        parameters: Values for the statement's parameters: a mapping, or a list of them.
        execution_options: Execution options of SQLAlchemy.
    """

    __diff__ = ("execute", "sqltext")

    sqltext: str | Executable
    _: KW_ONLY
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    execution_options: Mapping[str, Any] | None = None


@Operations.register_operation("bulk_insert")
@operation
class BulkInsertOp(MigrateOperation):
    """Insert rows.

    Args:
        table: A Table, or a ``sqlalchemy.table()`` with columns.
        rows: A list of mappings, one a row.
        multiinsert: Send all rows in one call; False inserts row by row, which rows with SQL
            expressions need.
    """

    table: TableClause
    rows: Sequence[Mapping[str, Any]]
    _: KW_ONLY
    multiinsert: bool = True
