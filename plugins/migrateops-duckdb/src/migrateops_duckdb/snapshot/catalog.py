"""The four statements that read tables: over all schemas asked for, however many tables there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Rows = Iterable[Sequence[Any]]
Send = Callable[[str, Mapping[str, Any]], Rows]
"""Sends a statement with parameters by name (``$name``), and returns its rows."""


class TableRow(NamedTuple):
    """A table."""

    oid: int
    schema: str
    name: str
    comment: str | None
    sql: str


class ColumnRow(NamedTuple):
    """A column; the default is that of a generated one, too."""

    name: str
    type: str
    nullable: bool
    default: str | None
    comment: str | None


class ConstraintRow(NamedTuple):
    """A constraint; the engine keeps no names of them, and makes up those that it has.

    Attributes:
        name: None for a CHECK of a table of the models that has none there.
        text: As it stands in CREATE TABLE, if it stands there by itself.
    """

    kind: str
    name: str | None
    columns: Sequence[str]
    text: str
    expression: str | None
    referred_table: str | None
    referred_columns: Sequence[str]


class IndexRow(NamedTuple):
    """An index that was created by itself."""

    name: str
    unique: bool
    sql: str


class Found(NamedTuple):
    """What the catalog says: tables, and what belongs to them by their oids."""

    tables: list[TableRow]
    columns: dict[int, list[ColumnRow]]
    constraints: dict[int, list[ConstraintRow]]
    indexes: dict[int, list[IndexRow]]


_TABLES = (
    "SELECT table_oid, schema_name, table_name, comment, sql FROM duckdb_tables()"
    " WHERE {these} AND NOT internal ORDER BY schema_name, table_name"
)
_COLUMNS = (
    "SELECT table_oid, column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns()"
    " WHERE {these} AND NOT internal ORDER BY table_oid, column_index"
)
_CONSTRAINTS = (
    "SELECT table_oid, constraint_type, constraint_name, constraint_column_names, constraint_text,"
    " expression, referenced_table, referenced_column_names FROM duckdb_constraints()"
    " WHERE {these} AND constraint_type <> 'NOT NULL' ORDER BY table_oid, constraint_index"
)
_INDEXES = (
    "SELECT table_oid, index_name, is_unique, sql FROM duckdb_indexes() WHERE {these} ORDER BY index_oid"
)


def read(send: Send, schemas: Sequence[str] | None, names: Iterable[str] | None) -> Found:
    """Return what the catalog says of the tables of some schemas.

    Args:
        send: Sends statements.
        schemas: Their names, unquoted; None is that of temporary tables.
        names: The tables wanted, unquoted; all of them when None.
    """
    parameters: dict[str, Any] = {}
    conditions = ["database_name = 'temp'"]
    if schemas is not None:
        conditions = ["database_name = current_database()", "schema_name IN (SELECT unnest($schemas))"]
        parameters["schemas"] = list(schemas)
    if names is not None:
        conditions.append("table_name IN (SELECT unnest($names))")
        parameters["names"] = list(names)
    these = " AND ".join(conditions)
    tables = [TableRow(*row) for row in send(_TABLES.format(these=these), parameters)]
    columns: dict[int, list[ColumnRow]] = defaultdict(list)
    for table, *rest in send(_COLUMNS.format(these=these), parameters):
        columns[table].append(ColumnRow(*rest))
    constraints: dict[int, list[ConstraintRow]] = defaultdict(list)
    for table, *rest in send(_CONSTRAINTS.format(these=these), parameters):
        constraints[table].append(ConstraintRow(*rest))
    indexes: dict[int, list[IndexRow]] = defaultdict(list)
    for table, *rest in send(_INDEXES.format(these=these), parameters):
        indexes[table].append(IndexRow(*rest))
    return Found(tables, columns, constraints, indexes)
