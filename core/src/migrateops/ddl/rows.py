"""Rows that are inserted together: one statement, sent once for all of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, TableClause, types
from sqlalchemy.engine.interfaces import BindTyping

Row = Mapping[str, Any]

NONE = type(None)
# Of these types a column has few different values, or making one costs more than finding it again.
_FEW_VALUES = (types.Boolean, types.Enum, types.Date)
# Of one of these kinds, values that are equal are the same.
_ALIKE_IF_EQUAL: frozenset[type] = frozenset({bool, str, datetime.date})


class Given(NamedTuple):
    """What the rows have for one column.

    Attributes:
        values: In the order of the rows.
        kinds: The classes of the values.
    """

    values: Sequence[Any]
    kinds: frozenset[type]


class InsertRows:
    """Rows with the same keys and without SQL expressions, for a lowering to yield.

    Attributes:
        table: Where they go.
        rows: Mappings from the columns' keys.
        read: What was read of the rows already, by key: looking into each row again takes long.
    """

    def __init__(self, table: TableClause, rows: Sequence[Row], read: dict[str, Given] | None = None) -> None:
        self.table = table
        self.rows = rows
        self.read: dict[str, Given] = {} if read is None else read

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that every row has."""
        return tuple(self.rows[0])

    def column(self, key: str) -> Given:
        """Return what the rows have for a key.

        Raises:
            KeyError: A row does not have it.
        """
        if key not in self.read:
            # In one go, as Python is slow for each value.
            values = list(map(itemgetter(key), self.rows))
            self.read[key] = Given(values, frozenset(map(type, values)))
        return self.read[key]

    def run(self, connection: Connection) -> None:
        """Insert the rows, in one call of the driver."""
        prepared = prepare(self, connection)
        if prepared is None:
            connection.execute(self.table.insert(), list(self.rows))
            return
        statement, parameters = prepared
        connection.exec_driver_sql(statement, list(parameters))


def prepare(insert: InsertRows, connection: Connection) -> tuple[str, Iterable[Any]] | None:
    """Return the statement and its parameters as the driver takes them.

    What SQLAlchemy does anew for each row is done here once: finding out which values there are.

    Returns:
        None where there is more to a row than its values: defaults that Python makes, names that the
        driver cannot take as they are, sizes that it wants to be told.
    """
    dialect = connection.dialect
    keys = insert.keys
    if not keys or makes_defaults(insert.table, keys) or dialect.bind_typing is BindTyping.SETINPUTSIZES:
        return None
    if connection.get_execution_options().get("schema_translate_map"):
        return None
    compiled: Any = insert.table.insert().compile(dialect=dialect, column_keys=list(keys))
    if compiled.escaped_bind_names or set(compiled.binds) != set(keys):
        return None
    order: Sequence[str] = compiled.positiontup if compiled.positional else keys
    rows = zip(*(for_driver(insert, key, dialect) for key in order), strict=True)
    return str(compiled), rows if compiled.positional else (
        dict(zip(order, row, strict=True)) for row in rows
    )


def makes_defaults(table: TableClause, keys: Iterable[str]) -> bool:
    """Say whether Python, or SQL in the statement, makes values for columns that are left out."""
    given = set(keys)
    return any(
        isinstance(column, Column) and column.default is not None and column.key not in given
        for column in table.c
    )


def for_driver(insert: InsertRows, key: str, dialect: Any) -> Iterable[Any]:
    """Return what the driver gets of one column."""
    type_ = insert.table.c[key].type
    process: Callable[[Any], Any] | None = type_.dialect_impl(dialect).bind_processor(dialect)
    values, kinds = insert.column(key)
    if process is None:
        return values
    few = isinstance(type_, _FEW_VALUES) and type(type_).__module__.startswith("sqlalchemy.")
    if few and len(kinds - {NONE}) == 1 and kinds - {NONE} <= _ALIKE_IF_EQUAL:
        made = {value: process(value) for value in set(values)}
        return map(made.__getitem__, values)
    return map(process, values)


def together(table: TableClause, rows: Sequence[Row]) -> Iterator[tuple[bool, InsertRows]]:
    """Yield runs of rows with the same keys, in order, and whether all their values are plain."""
    if not rows:
        return
    everything = InsertRows(table, rows)
    if _alike(everything) and not _has_expressions(everything):
        yield True, everything
        return

    def sort(row: Row) -> tuple[frozenset[str], bool]:
        return frozenset(row), not _has_expressions(InsertRows(table, [row]))

    for (_, plain), alike in groupby(rows, key=sort):
        yield plain, InsertRows(table, list(alike))


def _alike(insert: InsertRows) -> bool:
    """Say whether all rows have the keys of the first; a rough no does no harm."""
    rows = insert.rows
    if set(map(type, rows)) != {dict} or set(map(len, rows)) != {len(rows[0])}:
        return False
    try:
        for key in insert.keys:
            insert.column(key)
    except KeyError:
        return False
    return True


def _has_expressions(insert: InsertRows) -> bool:
    kinds: set[type] = set().union(*(insert.column(key).kinds for key in insert.keys))
    return any(hasattr(kind, "__clause_element__") or hasattr(kind, "__visit_name__") for kind in kinds)
