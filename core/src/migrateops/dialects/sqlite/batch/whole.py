"""All of a batch or none of it, with foreign keys set aside where a table is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from migrateops import errors
from migrateops.dialects.sqlite import driver, foreign_keys, transactions
from migrateops.dialects.sqlite.autocommit import unbroken

_SAVEPOINT = "migrateops_batch"


@contextmanager
def whole(connection: Connection, table: str, schema: str | None, *, replaces: bool) -> Iterator[None]:
    """Undo what the block has done if it ends with an error.

    Args:
        connection: The migrating connection.
        table: What is changed, unquoted.
        schema: Its schema, unquoted; None is ``main``.
        replaces: Whether the table is replaced by a copy.

    Raises:
        RebuildWouldCascade: It is, others refer to it, and it is too late to set foreign keys aside.
        ForeignKeysViolated: They were set aside, and rows now lead nowhere that did not before.
    """
    transactions.come_back(connection)
    if not (replaces and foreign_keys.enforced(connection)):
        with _savepoint(connection):
            yield
        return
    if driver.in_transaction(connection):
        # In it, the pragma does nothing.
        require_no_cascade(connection, table, schema)
        with _savepoint(connection):
            yield
        return
    before = foreign_keys.violations(connection)
    foreign_keys.enforce(connection, False)
    try:
        with _savepoint(connection):
            yield
            foreign_keys.violations(connection).raise_new(before)
    finally:
        if driver.usable(connection):
            foreign_keys.enforce(connection, True)


def require_no_cascade(connection: Connection, table: str, schema: str | None) -> None:
    """Make sure that dropping a table deletes no rows that refer to it.

    Raises:
        RebuildWouldCascade: Foreign keys are enforced, and there is one to the table.
    """
    if foreign_keys.enforced(connection):
        referring = foreign_keys.referencing(connection, table, schema, itself=True)
        if referring:
            raise errors.database.RebuildWouldCascade(table, referring)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    driver.send(connection, f"SAVEPOINT {_SAVEPOINT}")
    try:
        with unbroken(connection):
            yield
    except BaseException:
        # An interrupt, or an error of the disk, may have taken back the whole transaction already:
        # https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
        if driver.usable(connection) and driver.in_transaction(connection):
            driver.send(connection, f"ROLLBACK TO {_SAVEPOINT}")
            driver.send(connection, f"RELEASE {_SAVEPOINT}")
        raise
    driver.send(connection, f"RELEASE {_SAVEPOINT}")
