"""Foreign keys of a table and to it: whether what they refer to is a key, and has their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection

from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.batch.definition import TableConstraint
from migrateops.dialects.sqlite.batch.naming import referred
from migrateops.dialects.sqlite.batch.tokens import folded, same
from migrateops.dialects.sqlite.statements import quoted
from migrateops.errors.batch import ForeignKeyMismatch, RowsDoNotFit


class Key(NamedTuple):
    """One foreign key.

    Attributes:
        table: The table that it is on.
        columns: Its columns.
        parent: The table that it refers to.
        referred: The columns there; none for the primary key.
    """

    table: str
    columns: tuple[str, ...]
    parent: str
    referred: tuple[str, ...]


class Faults:
    """The foreign keys of a table and to it that refer to no key, at one moment.

    SQLite says nothing of them until rows are written while foreign keys are enforced; then it refuses
    each statement.  A key to a table that is not there yet is none.

    Args:
        connection: The migrating connection.
        schema: Where the table is; None is ``main``.
        table: Its name, unquoted.
    """

    def __init__(self, connection: Connection, schema: str | None, table: str) -> None:
        self._connection = connection
        self._schema = quoted(schema or "main")
        found = ((key, self._fault(key)) for key in _keys(connection, schema or "main", table))
        self.reasons = {key: reason for key, reason in found if reason is not None}

    def raise_new(self, earlier: Faults) -> None:
        """Compare with an earlier moment; by pair of tables, as columns may have other names by now.

        Raises:
            ForeignKeyMismatch: There are more than there were.
        """
        before, now = earlier._by_tables(), self._by_tables()
        for key, reason in self.reasons.items():
            pair = (folded(key.table), folded(key.parent))
            if now[pair] > before[pair] and earlier.reasons.get(key) != reason:
                raise ForeignKeyMismatch(key.table, key.columns, key.parent, reason)

    def _by_tables(self) -> Counter[tuple[str, str]]:
        return Counter((folded(key.table), folded(key.parent)) for key in self.reasons)

    def _fault(self, key: Key) -> str | None:
        """Say why a key refers to nothing: https://www.sqlite.org/foreignkeys.html#fk_indexes."""
        listed = driver.send(self._connection, f"PRAGMA {self._schema}.table_xinfo({quoted(key.parent)})")
        if not listed:
            return None
        primary = [name for _, name in sorted((row[5], row[1]) for row in listed if row[5])]
        wanted = key.referred or tuple(primary)
        for name in wanted:
            if not any(same(name, row[1]) for row in listed):
                return f"there is no column {name!r}"
        if len(wanted) != len(key.columns):
            return f"its primary key has {len(wanted)} columns"
        names = {folded(name) for name in wanted}
        if names == {folded(name) for name in primary}:
            return None
        if any(names == unique for unique in self._unique(key.parent)):
            return None
        return f"({', '.join(wanted)}) is neither its primary key nor UNIQUE"

    def _unique(self, table: str) -> Iterator[set[str]]:
        listed = driver.send(self._connection, f"PRAGMA {self._schema}.index_list({quoted(table)})")
        for _, index, unique, _, partial in listed:
            if unique and not partial:
                columns = driver.send(self._connection, f"PRAGMA {self._schema}.index_info({quoted(index)})")
                yield {folded(name) if name is not None else "" for _, _, name in columns}


def _keys(connection: Connection, schema: str, table: str) -> Iterator[Key]:
    rows = driver.send(
        connection,
        f'SELECT m.name, f.id, f."table", f."from", f."to" FROM {quoted(schema)}.sqlite_master AS m, '
        "pragma_foreign_key_list(m.name, ?) AS f WHERE m.type = 'table' AND (m.name = ? COLLATE NOCASE "
        'OR f."table" = ? COLLATE NOCASE) ORDER BY m.name, f.id, f.seq',
        (schema, table, table),
    )
    for (name, _, parent), group in groupby(rows, key=lambda row: row[:3]):
        pairs = [(row[3], row[4]) for row in group]
        to = tuple(there for _, there in pairs if there is not None)
        yield Key(name, tuple(here for here, _ in pairs), parent, to)


def dangling(connection: Connection, schema: str | None, table: str) -> Counter[str]:
    """Return how many rows of a table refer to no row, by the table that they refer to.

    Where the database cannot say, there are none: one of the table's keys was at fault before.
    """
    check = f"PRAGMA {quoted(schema or 'main')}.foreign_key_check({quoted(table)})"
    try:
        return Counter(folded(row[2]) for row in driver.send(connection, check))
    except connection.dialect.loaded_dbapi.Error:
        return Counter()


def require_parents(
    table: str, made: Sequence[tuple[str, TableConstraint]], before: Counter[str], after: Counter[str]
) -> None:
    """Make sure that the rows of a table have what its new foreign keys say.

    Args:
        table: Its name, unquoted.
        made: New constraints, each behind the operation that asked for it.
        before: What ``dangling()`` said before they were made.
        after: What it says now.

    Raises:
        RowsDoNotFit: They have not.
    """
    for operation, constraint in made:
        if constraint.kind == "foreign key":
            parent, _ = referred(constraint)
            count = after[folded(parent)] - before[folded(parent)]
            if count > 0:
                why = f"{operation}: no row of {parent!r} is what they refer to"
                raise RowsDoNotFit(table, ", ".join(constraint.columns), count, why)
