"""What migrateops must know of DuckDB: the pack's entry point."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb

from migrateops import errors
from migrateops.dialects import Dialect, ErrorKind, Lock, Transaction
from migrateops.operations import Capabilities, MigrateOperation, Operations, Target, ops
from migrateops.operations.batch import TableBatch
from migrateops.operations.ops.base import AddConstraintOp
from migrateops_duckdb import (
    canonical,
    constraints,
    indexed,  # noqa: F401  # registers how operations are run
    joined,  # noqa: F401
    lower,  # registers how operations are written
    numbered,  # noqa: F401
    rebuild,
    transactions,
)
from migrateops_duckdb.enums import drops_of_enums
from migrateops_duckdb.error_kind import error_kind
from migrateops_duckdb.lock import ProcessLock
from migrateops_duckdb.snapshot import models, reader
from migrateops_duckdb.snapshot.renamed import renamed
from migrateops_duckdb.snapshot.stored import as_stored
from migrateops_duckdb.snapshot.unread import schema_names, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Constraint, Engine, Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

    from migrateops.snapshot.records import TableRecord

_ANEW = "building a table anew in a batch"
_ALTER = 'leave recreate at "auto", without the arguments that describe the new table'


class DuckDBDialect(Dialect):
    """DuckDB from 1.3, through ``duckdb-sqlalchemy``."""

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "duckdb"
    rebuilds_matter: ClassVar[bool] = False
    drop_index_options: ClassVar[frozenset[str] | None] = frozenset()
    creates_schemas: ClassVar[bool] = True

    def server_version(self, connection: Connection) -> tuple[int, ...] | None:
        """Return the version of the driver, which is the engine; SQLAlchemy's is that of a PostgreSQL."""
        return tuple(int(number) for number in re.findall(r"\d+", duckdb.__version__)[:3])

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what every version of the engine can do that the pack is for."""
        return Capabilities(
            transactional_ddl=True,
            comments=True,
            column_if_exists=True,
            alter_constraints=False,
            sequences=True,
        )

    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction, by text where the connection is in autocommit."""
        return transactions.begin(connection)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Run a step in the caller's transaction; in one of its own where that never reaches the engine."""
        return transactions.join(connection)

    def lock(self, engine: Engine, key: str) -> Lock | None:
        """Return a lock of this process: the file admits no other.

        Raises:
            LockUnavailable: The database is a service, where others may be at work.
        """
        file = _file(engine.url.database)
        if file is None:
            if (engine.url.database or "").startswith(("md:", "motherduck:")):
                raise errors.lock.LockUnavailable("MotherDuck has none")
            return None
        # A file holds one database, so that its name is the key.
        return ProcessLock(str(file.resolve()))

    def before_reading(self, arguments: list[Any], options: dict[str, Any]) -> None:
        """Connect to a file only if it is there: the driver would create it."""
        file = _file(options.get("database"))
        if file is not None and not file.exists():
            options["database"] = ":memory:"

    def read_snapshot(
        self, connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None = None
    ) -> Iterable[TableRecord]:
        """Return the table records of whole schemas, in four statements for all of them."""
        return reader.read(connection, schemas, names)

    def canonical_table(self, record: TableRecord, table: Table) -> TableRecord:
        """Return the record of a table of the models as the reader would return it."""
        return models.as_kept(record)

    def drops_of_types(self, connection: Connection, types: Sequence[TypeEngine[Any]]) -> Sequence[str]:
        """Return what drops enums that come with their first column."""
        return drops_of_enums(connection, types)

    def renamed(self, record: TableRecord, before: TableRecord) -> TableRecord:
        """Return a record with constraints as the engine calls them, after tables and columns."""
        return renamed(record, before)

    def complete(self, table: Table, record: TableRecord) -> None:
        """Have no column number itself that is none of whole numbers, whatever its default."""
        own = {column.name for column in record.columns if column.autoincrement}
        for column in table.primary_key.columns:
            if column.autoincrement is True and column.name not in own:
                column.autoincrement = False

    def as_stored(
        self, connection: Connection, tables: Sequence[Table]
    ) -> Mapping[tuple[str | None, str], TableRecord]:
        """Return the records of tables of the models, read from temporary tables of another connection."""
        return as_stored(connection, tables)

    def schema_names(self, connection: Connection) -> Iterable[str]:
        """Return the schemas of the connected database, without its name before each."""
        return schema_names(connection)

    def unread(
        self, connection: Connection, schemas: Sequence[str | None]
    ) -> Iterable[tuple[str, str | None, str]]:
        """Return what schemas hold besides tables, in one statement for all of them."""
        return unread(connection, schemas)

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text under the engine's own names."""
        return canonical.type_text(type_, dialect)

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text without the casts and brackets that the engine adds."""
        return canonical.expression_text(text) if text is not None else None

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text without the casts and brackets that the engine adds."""
        return canonical.expression_text(text)

    def literal(self, value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        r"""Return *value* as an SQL literal; of bytes, each as ``\x00``."""
        if isinstance(value, bytes | bytearray | memoryview):
            return "'{}'::BLOB".format("".join(f"\\x{byte:02X}" for byte in bytes(value)))
        return super().literal(value, type_, dialect)

    def rebuild_needed(self, operation: MigrateOperation, target: Target) -> str | None:
        """Return what of an operation there is no ALTER TABLE for, or none of a table that something uses."""
        if isinstance(operation, ops.CreatePrimaryKeyOp):
            return "adding a primary key to a table on which something depends"
        if rebuild.is_refused_where_used(operation):
            return "changing columns of a table on which something depends"
        return _missing(operation)

    def kept_name(self, constraint: Constraint, dialect: SQLAlchemyDialect) -> str | None:
        """Return what the engine calls a constraint, or what a CHECK says."""
        return constraints.kept_name(constraint, dialect)

    def run_batch(self, operations: Operations, batch: TableBatch) -> None:
        """Make the changes of a batch; the table is built anew where ALTER TABLE does not do."""
        target = operations.get_context().target
        alters = target.as_sql or batch.recreate == "never"
        if not alters and rebuild.wanted(operations, batch):
            rebuild.run(operations, batch)
            return
        if batch.recreate == "always" or batch.describes_new_table:
            raise errors.operations.UnsupportedOperation(batch.describe(), self.name, _ANEW, _ALTER)
        for operation in batch.operations:
            if (what := _missing(operation)) is not None:
                raise errors.operations.UnsupportedOperation(
                    operation.describe(), self.name, what, lower.BUILD_ANEW
                )
        for operation in batch.operations:
            operations.invoke(operation)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        return error_kind(exception)


def _missing(operation: MigrateOperation) -> str | None:
    """Return what of an operation there is no ALTER TABLE for: constraints, but for a primary key."""
    if isinstance(operation, AddConstraintOp) and not isinstance(operation, ops.CreatePrimaryKeyOp):
        return lower.ADDING
    return lower.DROPPING if isinstance(operation, ops.DropConstraintOp) else None


def _file(database: str | None) -> Path | None:
    """Return the file of a database, None for one in memory or elsewhere."""
    if not database or database.startswith((":memory:", "md:", "motherduck:")):
        return None
    return Path(database)
