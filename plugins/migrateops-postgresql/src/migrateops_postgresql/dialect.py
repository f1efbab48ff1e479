"""What migrateops must know of PostgreSQL: the pack's entry point.

What reads and compares schemas is imported when it is asked for: most runs do neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, text
from sqlalchemy.types import TypeDecorator

from migrateops.dialects import Dialect, ErrorKind, Lock, Transaction, TransactionLock
from migrateops.operations import Capabilities
from migrateops_postgresql import (
    exclude,  # noqa: F401  # registers its operation
    lower,  # registers how operations are written
    outside,  # noqa: F401
    rows,  # noqa: F401
    transactions,
)
from migrateops_postgresql.transaction_lock import TransactionAdvisoryLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Column, Connection, Constraint, Engine, Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

    from migrateops.snapshot.records import OtherConstraintRecord, TableRecord

# Tables, partitioned ones, foreign ones, views and what they are kept in.
_HAS_TABLE = (
    "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relname = :name AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND "
)
_VISIBLE = "pg_catalog.pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog'"


class PostgreSQLDialect(Dialect):
    """PostgreSQL, through any of SQLAlchemy's drivers for it."""

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "postgresql"
    rebuilds_matter: ClassVar[bool] = False
    configure_options: ClassVar[frozenset[str]] = frozenset({lower.MAKES_TYPES})
    # https://www.postgresql.org/docs/current/sql-createindex.html: with tables, in one list of names.
    names_of_schema: ClassVar[frozenset[str]] = frozenset(
        {"table", "sequence", "index", "primary_key_constraint", "unique_constraint", "exclude_constraint"}
    )
    drop_index_options: ClassVar[frozenset[str] | None] = frozenset({"postgresql_concurrently"})
    numbers_added: ClassVar[bool] = True
    creates_schemas: ClassVar[bool] = True

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what every server can do that SQLAlchemy supports."""
        return Capabilities(
            transactional_ddl=True,
            comments=True,
            column_if_exists=True,
            constraint_if_exists=True,
            sequences=True,
        )

    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction, by text where the driver is in autocommit."""
        return transactions.begin(connection)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Run a step in the caller's transaction; in one of its own where that never reaches the server."""
        return transactions.join(connection)

    def lock(self, engine: Engine, key: str) -> Lock:
        """Return an advisory lock of a session of its own."""
        from migrateops_postgresql.lock import AdvisoryLock

        return AdvisoryLock(engine, key)

    def transaction_lock(self, connection: Connection, key: str) -> TransactionLock:
        """Return an advisory lock of the transaction."""
        return TransactionAdvisoryLock(connection, key)

    def has_table(self, connection: Connection, name: str, schema: str | None) -> bool:
        """Ask the catalog what SQLAlchemy's inspector would, which takes several times as long to do so."""
        visible = "n.nspname = :schema" if schema is not None else _VISIBLE
        asked = {"name": name} if schema is None else {"name": name, "schema": schema}
        return connection.execute(text(_HAS_TABLE + visible), asked).first() is not None

    def read_snapshot(
        self, connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None = None
    ) -> Iterable[TableRecord]:
        """Return the table records of whole schemas, in three statements for all of them."""
        from migrateops_postgresql.snapshot import reader

        return reader.read(connection, schemas, names)

    def canonical_table(self, record: TableRecord, table: Table) -> TableRecord:
        """Return the record of a table of the models as the reader would return it."""
        from migrateops_postgresql.snapshot import models

        return models.as_kept(record, table)

    def as_stored(
        self, connection: Connection, tables: Sequence[Table]
    ) -> Mapping[tuple[str | None, str], TableRecord]:
        """Return the records of tables of the models, read from temporary tables that are undone."""
        from migrateops_postgresql.snapshot.stored import as_stored

        return as_stored(connection, tables)

    def conversion(
        self, column: str, old: TypeEngine[Any], new: TypeEngine[Any], dialect: SQLAlchemyDialect
    ) -> Mapping[str, Any]:
        """Return USING where the server converts no values of the one type to the other by itself."""
        from migrateops_postgresql import conversions

        using = conversions.using(column, old, new, dialect)
        return {} if using is None else {lower.USING: using}

    def rewrites(self, old: str, new: str) -> bool:
        """Return whether expressions get other casts: not where a type has another length or precision."""
        from migrateops_postgresql import conversions

        return conversions.rewrites(old, new)

    def drops_of_types(self, connection: Connection, types: Sequence[TypeEngine[Any]]) -> Sequence[str]:
        """Return DROP TYPE and DROP DOMAIN for those that are not there."""
        from migrateops_postgresql import conversions

        return conversions.drops_of_types(connection, types)

    def notes_of_types(self, connection: Connection, types: Sequence[TypeEngine[Any]]) -> Sequence[str]:
        """Return which values of enums differ, asked for in one statement."""
        from migrateops_postgresql import conversions

        return list(conversions.notes_of_types(connection, types))

    def refused_default(
        self, connection: Connection, columns: Sequence[Column[Any]]
    ) -> tuple[Column[Any], str] | None:
        """Return the first default that the server does not take, asked for without a row."""
        from migrateops_postgresql.snapshot import defaults

        return defaults.refused(connection, columns)

    def constraint_of(self, record: OtherConstraintRecord) -> Constraint | None:
        """Return an EXCLUDE constraint."""
        from migrateops.snapshot.records import Definition
        from migrateops_postgresql import exclude_text

        if record.kind != "exclude":
            return None
        definition = record.definition
        said = definition.sql if isinstance(definition, Definition) else definition
        return exclude_text.constraint(record.name, said)

    def parents(self, record: TableRecord) -> Iterable[tuple[str | None, str]]:
        """Return the tables that a table inherits from."""
        from migrateops_postgresql.snapshot import inheritance

        return inheritance.parents(record)

    def complete(self, table: Table, record: TableRecord) -> None:
        """Give arrays their dimensions, and leave out what the server takes by itself."""
        from migrateops_postgresql.snapshot import reflected

        reflected.complete(table, record)

    def unread(
        self, connection: Connection, schemas: Sequence[str | None]
    ) -> Iterable[tuple[str, str | None, str]]:
        """Return what schemas hold besides tables, in one statement for all of them."""
        from migrateops_postgresql.snapshot.unread import unread

        return unread(connection, schemas)

    def before_writing(self, dialect: SQLAlchemyDialect) -> None:
        """Have literals in an SQL stream mean to the server what the driver would send."""
        from migrateops_postgresql import literals

        dialect.statement_compiler = literals.array_compiler(dialect.statement_compiler)

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text under the server's own names."""
        from migrateops_postgresql import canonical

        return canonical.type_text(type_, dialect)

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text without the casts that the server adds."""
        from migrateops_postgresql import canonical

        return canonical.expression_text(text) if text is not None else None

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text without the casts and brackets that the server adds."""
        from migrateops_postgresql import canonical

        return canonical.expression_text(text)

    def render_type(self, type_: TypeEngine[Any], context: Any) -> str | None:
        """Return JSON without the type of its texts, where that is the usual one; else None."""
        # A table's columns are written before its constraints; nothing else is asked of a pack before.
        from migrateops_postgresql import render  # registers how they are written

        return render.json_source(type_, context)

    def literal(self, value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return *value* as an SQL literal; bytes in hexadecimal, as X'..' is a bit string here."""
        if isinstance(value, bytes | bytearray | memoryview):
            return f"'\\x{bytes(value).hex()}'::bytea"
        if not isinstance(type_, JSON | TypeDecorator):
            from migrateops_postgresql import literals

            written = literals.without_renderer(value, type_, dialect)
            if written is not None:
                return written
        return super().literal(value, type_, dialect)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        from migrateops_postgresql.error_kind import error_kind

        return error_kind(exception)
