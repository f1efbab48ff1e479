"""Rows that are inserted together: one statement, sent once for all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, TableClause
from sqlalchemy.engine.interfaces import BindTyping

Row = Mapping[str, Any]


@dataclass(frozen=True)
class InsertRows:
    """Rows with the same keys and without SQL expressions, for a lowering to yield.

    Attributes:
        table: Where they go.
        rows: Mappings from the columns' keys.
    """

    table: TableClause
    rows: Sequence[Row]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that every row has."""
        return tuple(self.rows[0])

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
    processors = [bind_processor(insert.table, key, dialect) for key in order]
    rows = values_of(insert.rows, order, processors)
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


def bind_processor(table: TableClause, key: str, dialect: Any) -> Callable[[Any], Any] | None:
    """Return what makes of a value the one that the driver gets, or None."""
    made: Callable[[Any], Any] | None = table.c[key].type.dialect_impl(dialect).bind_processor(dialect)
    return made


def values_of(
    rows: Sequence[Row], keys: Sequence[str], processors: Sequence[Callable[[Any], Any] | None]
) -> Iterator[tuple[Any, ...]]:
    """Return the rows as tuples of what the driver gets."""
    return zip(*map(partial(column_of, rows), keys, processors), strict=True)


def column_of(rows: Sequence[Row], key: str, process: Callable[[Any], Any] | None) -> Iterator[Any]:
    """Return what the driver gets of one column; in one go, as Python is slow for each value."""
    values = map(itemgetter(key), rows)
    return values if process is None else map(process, values)


def together(rows: Sequence[Row]) -> Iterator[tuple[bool, Sequence[Row]]]:
    """Yield runs of rows with the same keys, in order, and whether all their values are plain."""
    if not rows:
        return
    if _alike(rows) and not _has_expressions(rows):
        yield True, rows
        return
    for (_, plain), alike in groupby(rows, key=lambda row: (frozenset(row), not _has_expressions([row]))):
        yield plain, list(alike)


def _alike(rows: Sequence[Row]) -> bool:
    """Say whether all rows have the keys of the first; a rough no does no harm."""
    if set(map(type, rows)) != {dict} or set(map(len, rows)) != {len(rows[0])}:
        return False
    try:
        for key in rows[0]:
            deque(map(itemgetter(key), rows), maxlen=0)
    except KeyError:
        return False
    return True


def kinds_of(rows: Sequence[Row], key: str) -> set[type]:
    """Return the classes of the values that rows with the same keys have for one of them."""
    return set(map(type, map(itemgetter(key), rows)))


def _has_expressions(rows: Sequence[Row]) -> bool:
    kinds: set[type] = set().union(*(kinds_of(rows, key) for key in rows[0]))
    return any(hasattr(kind, "__clause_element__") or hasattr(kind, "__visit_name__") for kind in kinds)
