"""The pack: what this version of SQLite can do, and where the parts of the pack are.

What reads schemas and builds tables anew is imported when it is asked for: most runs need neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from migrateops.dialects.base import Dialect, ErrorKind, Lock
from migrateops.dialects.sqlite import (
    refused,  # noqa: F401  registers it
    transactions,
)
from migrateops.dialects.sqlite.autocommit import autocommit
from migrateops.dialects.sqlite.error_kind import error_kind
from migrateops.dialects.sqlite.lock import lock
from migrateops.dialects.sqlite.reading import before_reading
from migrateops.operations import ops
from migrateops.operations.target import Capabilities, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Column, Connection, Engine, Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

    from migrateops.dialects.transaction import Transaction
    from migrateops.operations.base import Operations
    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation
    from migrateops.snapshot.records import TableRecord


class SQLiteDialect(Dialect):
    """SQLite, with DDL in real transactions."""

    name: ClassVar[str] = "sqlite"
    quotes: ClassVar[Sequence[str] | None] = ('""', "``", "[]")
    names_of_schema: ClassVar[frozenset[str]] = frozenset({"table", "index"})
    drop_index_options: ClassVar[frozenset[str] | None] = frozenset()

    def server_version(self, connection: Connection) -> tuple[int, ...] | None:
        """Return the version of the SQLite library."""
        found: tuple[int, ...] = connection.dialect.loaded_dbapi.sqlite_version_info
        return found

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what a library of this version can do."""
        return Capabilities(
            transactional_ddl=True,
            comments=False,
            alter_column=False,
            alter_constraints=False,
        )

    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction that DDL takes part in."""
        return transactions.begin(connection, rebuilds=rebuilds)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Make the caller's transaction one that DDL takes part in."""
        return transactions.join(connection, rebuilds=rebuilds)

    def autocommit(self, connection: Connection) -> Callable[[], None]:
        """Commit behind each statement; no setting of the driver is changed."""
        return autocommit(connection)

    def lock(self, engine: Engine, key: str) -> Lock | None:
        """Return the lock file beside the database; None in memory."""
        return lock(engine, key)

    def before_reading(self, arguments: list[Any], options: dict[str, Any]) -> None:
        """Have a database whose file is not there be an empty one in memory."""
        before_reading(arguments, options)

    def read_snapshot(
        self, connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None = None
    ) -> Iterable[TableRecord]:
        """Return the table records of whole schemas, in two statements for each."""
        from migrateops.dialects.sqlite.snapshot import reader

        return reader.read(connection, schemas, names)

    def canonical_table(self, record: TableRecord, table: Table) -> TableRecord:
        """Return the record of a table of the models as the reader would return it."""
        from migrateops.dialects.sqlite.snapshot import models

        return models.as_kept(record, table)

    def refused_default(
        self, connection: Connection, columns: Sequence[Column[Any]]
    ) -> tuple[Column[Any], str] | None:
        """Return the first default that CREATE TABLE does not take."""
        from migrateops.dialects.sqlite.snapshot import defaults

        return defaults.refused(columns, connection.dialect)

    def unread(
        self, connection: Connection, schemas: Sequence[str | None]
    ) -> Iterable[tuple[str, str | None, str]]:
        """Return the views and triggers of schemas, in one statement for each."""
        from migrateops.dialects.sqlite.snapshot.unread import unread

        return unread(connection, schemas)

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text as it is declared, in lower case."""
        from migrateops.dialects.sqlite.snapshot import canonical

        return canonical.type_text(type_.compile(dialect=dialect))

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text without needless brackets and quotes."""
        from migrateops.dialects.sqlite.snapshot import canonical

        return canonical.default_text(text) if text is not None else None

    def written_default(self, text: str) -> str:
        """Return a default in the brackets that the database leaves out of an expression."""
        from migrateops.dialects.sqlite.snapshot import canonical

        return canonical.default_in_ddl(text)

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text without needless brackets, blanks and quotes."""
        from migrateops.dialects.sqlite.snapshot import canonical

        return canonical.expression_text(text)

    def begin_text(self) -> str:
        """Return the statement that begins a transaction; one that will write."""
        return "BEGIN IMMEDIATE"

    def run_batch(self, operations: Operations, batch: TableBatch) -> None:
        """Alter the table where SQLite can, and build it anew with all that belongs to it where not."""
        from migrateops.dialects.sqlite.batch.changes import run as run_batch

        target = operations.migration_context.target
        run_batch(operations, batch, lambda operation: self.rebuild_needed(operation, target))

    def rebuild_needed(self, operation: MigrateOperation, target: Target) -> str | None:
        """Return what its ALTER TABLE cannot do."""
        from migrateops.dialects.sqlite.batch.native import DROP_COLUMN, moves

        if isinstance(operation, ops.AddColumnOp | ops.AlterColumnOp) and moves(operation):
            return "putting a column into a place among the others"
        if isinstance(operation, ops.AlterColumnOp):
            if operation.modify_type is not None:
                return "changing the type of a column"
            if operation.modify_nullable is not None:
                return "changing NOT NULL of a column"
            if operation.modify_server_default is not False:
                return "changing the default of a column"
        if isinstance(operation, ops.AddConstraintOp):
            return "adding a constraint to an existing table"
        if isinstance(operation, ops.DropConstraintOp):
            return "dropping a constraint of an existing table"
        if isinstance(operation, ops.DropColumnOp) and (target.server_version or DROP_COLUMN) < DROP_COLUMN:
            return "dropping a column"
        return None

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        return error_kind(exception)
