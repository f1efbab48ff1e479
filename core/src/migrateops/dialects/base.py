"""The contract of a dialect pack; each member has the default of standard SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from migrateops import errors
from migrateops.dialects import transaction
from migrateops.dialects.transaction import Transaction
from migrateops.operations.target import Capabilities, Target

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Constraint, Engine, Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

    from migrateops.dialects.transaction_lock import TransactionLock
    from migrateops.operations.base import Operations
    from migrateops.operations.batch import TableBatch
    from migrateops.operations.declare import MigrateOperation
    from migrateops.snapshot.records import (
        ForeignKeyRecord,
        IndexRecord,
        Options,
        OtherConstraintRecord,
        TableRecord,
    )

_BUILD_ANEW = "create a new table, copy the rows, drop the old one and rename the new one"

VERSION_WIDTH = 64
"""Longest revision id that the version table holds, in characters."""

ErrorKind = Literal["locked", "lost", "unsupported", "constraint", "denied", "full"]


class Lock(Protocol):
    """A lock that at most one run holds; asking for it never waits on the server."""

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now."""
        ...

    def held(self) -> bool:
        """Say whether the lock is still held."""
        ...

    def release(self) -> None:
        """Give the lock back, and close what it was taken with."""
        ...


class Dialect:
    """What migrateops must know of one database, and SQLAlchemy does not say.

    A pack subclasses it, sets ``name`` to SQLAlchemy's name of the dialect, and advertises the
    class in the entry-point group ``migrateops.dialects`` under that name.  One object is made
    for each connection that is bound; it keeps no state of a run.  How operations are written
    for the dialect is said by lowerings, registered in the module of the class or advertised.

    Attributes:
        contract: Version of this contract that the pack was written for; a greater first number
            than core's is refused.
        name: SQLAlchemy's name of the dialect.
        family: Name of the dialect that this one is a kind of; its implementations are used
            where this one has none.
        configure_options: Further keyword arguments that ``context.configure`` takes.
        terminator: What ends a statement in an SQL stream.
        restates_columns: Altering a column says all of it again: a script must know what the column is.
        rebuilds_matter: Where a step may replace a table by a copy of it, ``begin()`` or ``join()`` does
            something else; to find out, scripts are read.
        names_of_schema: Kinds of what shares one list of names in a schema: of constraints and indexes
            those whose names are not only unique on their table; in the words of ``include_object``.
        unique_keys_are_indexes: The server does not tell a unique constraint from a unique index;
            ``include_name`` is asked about both.
        quotes: Pairs of characters that names may stand in; None for those that SQLAlchemy writes.
        drop_index_options: Options of an index of this dialect that dropping it takes, too; None for all.
        numbers_added: ADD COLUMN of a column that says ``primary_key=True`` and numbers itself gives it the
            default that does, and the rows that are there numbers; the key itself is added by itself.
        creates_schemas: CREATE SCHEMA IF NOT EXISTS makes a schema for tables, wherever it is sent, and DROP
            SCHEMA drops an empty one; scripts then make those that are not there.
    """

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "default"
    family: ClassVar[str | None] = None
    configure_options: ClassVar[frozenset[str]] = frozenset()
    terminator: ClassVar[str] = ";"
    restates_columns: ClassVar[bool] = False
    rebuilds_matter: ClassVar[bool] = True
    names_of_schema: ClassVar[frozenset[str]] = frozenset({"index"})
    unique_keys_are_indexes: ClassVar[bool] = False
    quotes: ClassVar[Sequence[str] | None] = None
    drop_index_options: ClassVar[frozenset[str] | None] = None
    numbers_added: ClassVar[bool] = False
    creates_schemas: ClassVar[bool] = False

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the names under which implementations are looked up, nearest first."""
        return tuple(dict.fromkeys(key for key in (name, self.name, self.family, "default") if key))

    def server_version(self, connection: Connection) -> tuple[int, ...] | None:
        """Return the version of the server at the other end, as numbers, or None."""
        found: tuple[int, ...] | None = getattr(connection.dialect, "server_version_info", None)
        return found

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what a server of this version can do.

        Args:
            server_version: The version as numbers, or None when it is not known (offline).
        """
        return Capabilities()

    # -- transactions -------------------------------------------------------------------------
    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction that is ours, on a connection that is in none.

        Args:
            connection: The migrating connection.
            rebuilds: Whether the step may replace a table by a copy of it.
        """
        return transaction.begin(connection, rebuilds=rebuilds)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Run a step inside the transaction that the caller has begun and will end.

        Args:
            connection: The migrating connection.
            rebuilds: Whether the step may replace a table by a copy of it.
        """
        return transaction.join(connection, rebuilds=rebuilds)

    def autocommit(self, connection: Connection) -> Callable[[], None]:
        """Have each statement committed by itself, and return what ends that.

        What is returned leaves the connection as it was found, with nothing uncommitted.

        Args:
            connection: The migrating connection, in no transaction.
        """
        return transaction.autocommit(connection)

    def begin_text(self) -> str | None:
        """Return the statement that begins a transaction in an SQL stream, without terminator."""
        return "BEGIN"

    def commit_text(self) -> str | None:
        """Return the statement that commits a transaction in an SQL stream, without terminator."""
        return "COMMIT"

    def rollback_text(self) -> str | None:
        """Return the statement that undoes a transaction in an SQL stream, without terminator."""
        return "ROLLBACK"

    def separator(self, options: Mapping[str, Any]) -> str | None:
        """Return the line that stands behind each statement in an SQL stream, such as ``GO``, or None.

        Args:
            options: What ``context.configure`` was given; those of ``configure_options`` among it.
        """
        return None

    def lock(self, engine: Engine, key: str) -> Lock | None:
        """Return a lock for migrations of the database that *engine* connects to, not yet taken.

        None says that the dialect has no such lock; a run then goes without.

        Args:
            engine: An engine whose connections are not counted against the application's pool.
            key: What is locked: database, schema and version table, as one string.
        """
        return None

    def transaction_lock(self, connection: Connection, key: str) -> TransactionLock | None:
        """Return a lock, not yet taken, for a run that is one transaction on *connection*.

        It excludes whoever holds the one that ``lock()`` returns for the same key, which is taken where
        this one is not to be had at once.  Not for dialects of which ``rebuilds_matter`` is True.

        Args:
            connection: The migrating connection.
            key: As for ``lock()``.
        """
        return None

    def has_table(self, connection: Connection, name: str, schema: str | None) -> bool:
        """Say whether there is a table, or a view, as SQLAlchemy's inspector does; each run asks.

        Args:
            connection: Where to look.
            name: Name of the table, unquoted.
            schema: Schema of the table, unquoted; None for what is found without one.
        """
        from sqlalchemy import inspect

        return bool(inspect(connection).has_table(name, schema=schema))

    def version_table(self, name: str, schema: str | None, *, primary_key: bool) -> Table:
        """Return the table that holds the applied revisions; its column ``version_num`` is the one used.

        Args:
            name: Name of the table, unquoted.
            schema: Schema of the table, unquoted; the connection's default when None.
            primary_key: Give it a primary key.
        """
        from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table

        column = Column("version_num", String(VERSION_WIDTH), nullable=False)
        table = Table(name, MetaData(), column, schema=schema)
        if primary_key:
            table.append_constraint(PrimaryKeyConstraint("version_num", name=f"{name}_pkc"))
        return table

    # -- reading ------------------------------------------------------------------------------
    def before_reading(self, arguments: list[Any], options: dict[str, Any]) -> None:
        """Change what the driver's ``connect()`` is given, so that connecting creates nothing.

        Called where a command that only reads is about to connect.  Most servers create nothing
        by that.

        Args:
            arguments: The positional arguments, changed in place.
            options: The keyword arguments, changed in place.
        """

    def before_writing(self, dialect: SQLAlchemyDialect) -> None:
        """Tell SQLAlchemy's dialect of an SQL stream what it would have asked a server when connecting.

        Some write for very old servers until then.

        Args:
            dialect: What statements are compiled with, changed in place; it may have asked, too.
        """

    def read_snapshot(
        self, connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None = None
    ) -> Iterable[TableRecord] | None:
        """Return the table records of whole schemas in a constant number of statements.

        None says that core's reader, through SQLAlchemy's inspector, is to be used.  The records are in
        their canonical form: texts as ``canonical_type()`` and its kin return them.

        Args:
            connection: The migrating connection.
            schemas: Names of schemas, unquoted; None is the default schema.
            names: The tables wanted, unquoted; all of them when None.
        """
        return None

    def canonical_table(self, record: TableRecord, table: Table) -> TableRecord:
        """Return the record of a table of the models as this server would have it.

        Called for each table of the models, when core has made its record.  A pack fills in what the
        server adds by itself, such as the names of constraints that have none, and moves what options
        of the dialect say to where its reader puts it.

        Args:
            record: What core made of the table.
            table: The table of the models.
        """
        return record

    def as_stored(
        self, connection: Connection, tables: Sequence[Table]
    ) -> Mapping[tuple[str | None, str], TableRecord]:
        """Return the records that the server would have of tables of the models, by schema and name.

        For tables whose texts differ from those in the database, as a server writes back types,
        defaults and expressions in words of its own.  A pack may make the tables where nobody sees
        them, read them and take them away again; it leaves nothing behind, whatever happens.  A table
        that cannot be made is left out of the answer, and its texts are compared as they are.

        Args:
            connection: The migrating connection.
            tables: Tables of the models.
        """
        return {}

    def options_said(
        self, connection: Connection, record: TableRecord, differing: Collection[str]
    ) -> Options:
        """Return the options of a table of the models with those that come of them, such as a collation.

        Args:
            connection: The migrating connection.
            record: The table of the models.
            differing: Names of the options that differ, as records have them; there are some.
        """
        return record.options

    def alters_options(
        self, table: Table, old: TableRecord, new: TableRecord, differing: Sequence[str]
    ) -> MigrateOperation | None:
        """Return the operation that changes options of a table that is there.

        None says that there is none: what differs is noted, and left as it is.

        Args:
            table: The table of the models.
            old: The table as it is.
            new: The table of the models, with the options of `options_said`.
            differing: Names of the options that differ, as records have them.
        """
        return None

    def conversion(
        self, column: str, old: TypeEngine[Any], new: TypeEngine[Any], dialect: SQLAlchemyDialect
    ) -> Mapping[str, Any]:
        """Return the options of ``alter_column`` without which the server does not convert the values.

        Args:
            column: Name of the column, unquoted.
            old: The type of the values.
            new: The type that they are to have.
            dialect: What names are quoted with.
        """
        return {}

    def rewrites(self, old: str, new: str) -> bool:
        """Say whether the server writes expressions on a column anew where its type changes.

        They then say something else than the model does, such as another cast; what holds one is dropped
        before the change, and created after it.

        Args:
            old: The type, as records have it.
            new: The type that it is to have.
        """
        return False

    def notes_of_types(
        self, connection: Connection, types: Sequence[TypeEngine[Any]]
    ) -> Sequence[str] | None:
        """Return what people should be told of named types that are there, and that nothing changes.

        None where their values are not looked at.

        Args:
            connection: The migrating connection.
            types: Types of the models that may have a name: enums, and those of elements of arrays.
        """
        return None

    def drops_of_types(self, connection: Connection, types: Sequence[TypeEngine[Any]]) -> Sequence[str]:
        """Return what drops the named types among *types* that come with their first column.

        It is written at the end of ``downgrade()``; types that are there already stay.

        Args:
            connection: The migrating connection.
            types: The types of columns that are added or changed.
        """
        return ()

    def refused_default(
        self, connection: Connection, columns: Sequence[Column[Any]]
    ) -> tuple[Column[Any], str] | None:
        """Return the first of columns whose server default the server refuses, and what it says.

        None where it takes all of them, or cannot be asked; nothing is left behind.  What a default
        names may be made by the same script, so that what is missing is not refused.

        Args:
            connection: The migrating connection.
            columns: New columns, and those with a new default.
        """
        return None

    def constraint_of(self, record: OtherConstraintRecord) -> Constraint | None:
        """Return a constraint of a kind that this dialect alone has, so that it can be made again.

        None says that its text is not understood: it can then be dropped, but not brought back.

        Args:
            record: What the reader made of it.
        """
        return None

    def kept_name(self, constraint: Constraint, dialect: SQLAlchemyDialect) -> str | None:
        """Return the name by which ``drop_constraint`` is to know a constraint of the models.

        None says that it is the one that the models give; so it is where the server keeps names.

        Args:
            constraint: A constraint of a table of the models.
            dialect: What names are quoted with.
        """
        return None

    def parents(self, record: TableRecord) -> Iterable[tuple[str | None, str]]:
        """Return schema and name of the tables that have to be there before a table is created.

        Those that its foreign keys refer to are known.

        Args:
            record: The table, of the database or of the models.
        """
        return ()

    def key_index(self, key: ForeignKeyRecord, table: TableRecord) -> IndexRecord | None:
        """Return the index that the server makes by itself for a foreign key, which stays when the key goes.

        None says that it makes none, or that a key or an index of the table serves.

        Args:
            key: A foreign key; of one without a name the server chooses that of the index.
            table: The table, which need not have the key.
        """
        return None

    def renamed(self, record: TableRecord, before: TableRecord) -> TableRecord:
        """Return the record of a table that is renamed, or has columns that are, with the names that follow.

        The server may have made names of constraints of those of tables and columns, and make them anew.

        Args:
            record: The table under its new names, with constraints that are called as before.
            before: The table as it is in the database, with its constraints in the same order.
        """
        return record

    def reflected_name(self, name: str) -> str:
        """Return the name of a column that SQLAlchemy's reflection calls so: without escapes that it leaves.

        Args:
            name: As it is reflected.
        """
        return name

    def complete(self, table: Table, record: TableRecord) -> None:
        """Put into a reflected table what SQLAlchemy's reflection of this dialect leaves out.

        Args:
            table: The table, changed in place.
            record: What the reader made of it.
        """

    def schema_names(self, connection: Connection) -> Iterable[str]:
        """Return the names, unquoted, of the schemas that tables of the database can be in.

        Args:
            connection: The migrating connection.
        """
        from sqlalchemy import inspect

        return inspect(connection).get_schema_names()

    def unread(
        self, connection: Connection, schemas: Sequence[str | None]
    ) -> Iterable[tuple[str, str | None, str]]:
        """Return ``(kind, schema, name)`` of the objects of schemas that no snapshot of core holds.

        Views, functions, triggers, types and the like, in a constant number of statements; the words
        for kinds are the field's, in the singular.  What plugins read is taken out by the caller.

        Args:
            connection: The migrating connection.
            schemas: Names of schemas, unquoted; None is the default schema.
        """
        return ()

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text in the one form in which two equal types agree."""
        return type_.compile(dialect=dialect).lower()

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text in the one form in which two equal defaults agree."""
        return text.strip() if text is not None else None

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text in the one form in which two equal expressions agree."""
        return " ".join(text.split())

    # -- writing ------------------------------------------------------------------------------
    def written_default(self, text: str) -> str:
        """Return a default that was read from the database as DDL takes it.

        Args:
            text: The default, as SQLAlchemy's inspector returns it.
        """
        return text

    def render_type(self, type_: TypeEngine[Any], context: Any) -> str | None:
        """Return the Python source of a type of this dialect, or None for the usual form."""
        return None

    def literal(self, value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return *value* as an SQL literal, quoted and escaped.

        Asked for bytes, and for values that SQLAlchemy has no literal of, such as JSON.
        """
        from sqlalchemy import JSON, String, literal
        from sqlalchemy.types import TypeDecorator

        if isinstance(type_, TypeDecorator):
            with suppress(NotImplementedError):
                value = type_.process_bind_param(value, dialect)
            return self.literal(value, type_.load_dialect_impl(dialect), dialect)
        if isinstance(value, bytes | bytearray | memoryview):
            return f"X'{bytes(value).hex()}'"
        if isinstance(type_, JSON):
            written = getattr(dialect, "_json_serializer", None) or json.dumps
            value, type_ = written(None if value is JSON.NULL else value), String()
        compiled = literal(value, type_).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        return str(compiled)

    def rebuild_needed(self, operation: MigrateOperation, target: Target) -> str | None:
        """Return what of *operation* the server cannot do to an existing table, or None.

        Args:
            operation: An operation of a batch.
            target: The server.
        """
        placed = any(getattr(operation, name, None) is not None for name in ("insert_before", "insert_after"))
        return "putting a column at a place" if placed and not target.capabilities.column_places else None

    def run_batch(self, operations: Operations, batch: TableBatch) -> None:
        """Make the changes of a batch: here by one ALTER TABLE after the other.

        A pack whose server cannot alter all that a batch may ask for builds the table anew instead.

        Args:
            operations: What sends statements; its ``migration_context`` has the connection.
            batch: What was asked for.

        Raises:
            UnsupportedOperation: The table would have to be built anew.
        """
        target = operations.migration_context.target
        always = batch.recreate == "always"
        if always and target.passed_over is not None and batch.copy_from is None:
            target.passed_over(f"{batch.describe()}: the table is changed in place, not built anew")
            always = False
        if always or batch.describes_new_table:
            what = "building a table anew in a batch"
            alter = 'leave recreate at "auto", without the arguments that describe the new table'
            raise errors.operations.UnsupportedOperation(batch.describe(), target.name, what, alter)
        # All of them are looked at before the first is sent.
        for operation in batch.operations:
            needed = self.rebuild_needed(operation, target)
            if needed is not None:
                raise errors.operations.UnsupportedOperation(
                    operation.describe(), target.name, needed, _BUILD_ANEW
                )
        for operation in batch.operations:
            operations.invoke(operation)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is, or None for any other."""
        return None


class ANSI(Dialect):
    """Standard SQL, for dialects that a project lists in ``generic_dialects``."""
