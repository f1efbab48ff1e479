"""Foreign keys of a table and to it: whether what they refer to is a key, and has their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection

from migrateops import errors
from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.batch.definition import TableConstraint
from migrateops.dialects.sqlite.batch.naming import referred
from migrateops.dialects.sqlite.batch.parsing import Unreadable, parse
from migrateops.dialects.sqlite.batch.tokens import folded, same
from migrateops.dialects.sqlite.statements import quoted


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
                raise errors.batch.ForeignKeyMismatch(key.table, key.columns, key.parent, reason)

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
        if not key.referred:
            return None
        is_primary = len(primary) == len(wanted) == 1 and same(primary[0], wanted[0])
        if is_primary and self._is_row_number(key.parent):
            return None
        declared = self._collations(key.parent)
        names = {folded(name): declared.get(folded(name), "binary") for name in wanted}
        found = list(self._unique(key.parent))
        if names in found:
            return None
        if any(names.keys() == unique.keys() for unique in found):
            return f"({', '.join(wanted)}) is UNIQUE in another collation than its own"
        return f"({', '.join(wanted)}) is neither its primary key nor UNIQUE"

    def _unique(self, table: str) -> Iterator[dict[str, str]]:
        """Yield the columns of each unique index, and in which order it compares their values."""
        for _, index, unique, _, partial in self._indexes(table):
            if unique and not partial:
                columns = driver.send(self._connection, f"PRAGMA {self._schema}.index_xinfo({quoted(index)})")
                yield {folded(row[2] or ""): folded(row[4]) for row in columns if row[5]}

    def _indexes(self, table: str) -> Sequence[tuple[int, str, int, str, int]]:
        found: Sequence[tuple[int, str, int, str, int]] = driver.send(
            self._connection, f"PRAGMA {self._schema}.index_list({quoted(table)})"
        )
        return found

    def _is_row_number(self, table: str) -> bool:
        """Say whether the primary key of one column is the number of the row: it has no index then."""
        return not any(origin == "pk" for *_, origin, _ in self._indexes(table))

    def _collations(self, table: str) -> dict[str, str]:
        """Return in which order columns compare values, of those that say it; no pragma does."""
        listed = driver.send(
            self._connection,
            f"SELECT sql FROM {self._schema}.sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
            (table,),
        )
        try:
            definition = parse(str(listed[0][0]).strip())
        except (IndexError, Unreadable):
            return {}
        return {
            folded(column.name): folded(said.pieces[-1].name)
            for column in definition.columns
            for said in column.of("collate")
        }


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
                raise errors.batch.RowsDoNotFit(table, ", ".join(constraint.columns), count, why)
