"""Foreign keys: whether they are enforced, which rows break them, which tables use them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection

from migrateops import errors
from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.statements import quoted

_LISTED = 20


def enforced(connection: Connection) -> bool:
    """Return whether foreign keys are enforced on this connection."""
    rows = driver.send(connection, "PRAGMA foreign_keys")
    return bool(rows and rows[0][0])


def enforce(connection: Connection, wanted: bool) -> None:
    """Switch enforcement on or off; outside a transaction, which this ends and begins where need be.

    Args:
        connection: A connection with nothing to lose in its transaction.
        wanted: The setting to be in force afterwards.
    """
    if enforced(connection) is wanted:
        return
    inside = driver.in_transaction(connection)
    if inside:
        # A driver that keeps a transaction open at all times (autocommit=False).
        driver.send(connection, "COMMIT")
    try:
        driver.send(connection, f"PRAGMA foreign_keys = {'ON' if wanted else 'OFF'}")
    finally:
        if inside:
            driver.send(connection, "BEGIN")


def referencing(
    connection: Connection, table: str, schema: str | None = None, *, itself: bool = False
) -> tuple[str, ...]:
    """Return the names of the tables with a foreign key to *table*, sorted.

    Args:
        connection: Any connection; reads the catalog of one schema.
        table: The name, unquoted; compared without regard to case, as the database does.
        schema: The schema, unquoted; None is ``main``.
        itself: Count the table's own foreign keys to itself, too.
    """
    schema = schema or "main"
    rows = driver.send(
        connection,
        f"SELECT DISTINCT m.name FROM {quoted(schema)}.sqlite_master AS m, "
        "pragma_foreign_key_list(m.name, ?) AS f WHERE m.type = 'table' AND f.\"table\" = ? COLLATE NOCASE "
        "AND (? OR m.name <> ? COLLATE NOCASE) ORDER BY m.name",
        (schema, table, itself, table),
    )
    return tuple(str(name) for (name,) in rows)


@dataclass
class Violations:
    """The rows that break a foreign key at one moment.

    Attributes:
        rows: Each with the number of its broken keys to the same table.
        unchecked: What the database says about the tables that it could not check.
    """

    rows: Counter[errors.database.Violation] = field(default_factory=Counter)
    unchecked: list[str] = field(default_factory=list)

    def raise_new(self, earlier: Violations) -> None:
        """Compare with an earlier moment of the same database.

        Rows are counted by pair of tables, for a rebuild may number them anew.

        Raises:
            ForeignKeysViolated: There are more than there were.
        """
        before = earlier._by_tables()
        grown = {pair for pair, count in self._by_tables().items() if count > before[pair]}
        if not grown:
            return
        new = [row for row in (self.rows - earlier.rows).elements() if (row.table, row.parent) in grown]
        new.sort(key=lambda row: (row.table, row.parent, row.rowid or 0))
        raise errors.database.ForeignKeysViolated(tuple(new[:_LISTED]), len(new))

    def _by_tables(self) -> Counter[tuple[str, str]]:
        counts: Counter[tuple[str, str]] = Counter()
        for row, count in self.rows.items():
            counts[row.table, row.parent] += count
        return counts


def violations(connection: Connection) -> Violations:
    """Read every row that breaks a foreign key, in every attached database."""
    found = Violations()
    error = connection.dialect.loaded_dbapi.Error
    for _, schema, _ in driver.send(connection, "PRAGMA database_list"):
        prefix = "" if schema == "main" else f"{schema}."
        check = f"PRAGMA {quoted(schema)}.foreign_key_check"
        try:
            _add(found, prefix, driver.send(connection, check))
        except error:
            # One key without a unique parent column ends the whole check: look at each table alone.
            listed = f"SELECT name FROM {quoted(schema)}.sqlite_master WHERE type = 'table' ORDER BY name"
            for (table,) in driver.send(connection, listed):
                try:
                    _add(found, prefix, driver.send(connection, f"{check}({quoted(table)})"))
                except error as refused:
                    found.unchecked.append(f"{prefix}{table}: {refused}")
    return found


def _add(found: Violations, prefix: str, rows: list[tuple[str, int | None, str, int]]) -> None:
    for table, rowid, parent, _ in rows:
        found.rows[errors.database.Violation(f"{prefix}{table}", rowid, f"{prefix}{parent}")] += 1
