"""What migrateops must know of MySQL and MariaDB: the pack's entry points."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from migrateops.dialects import Dialect, ErrorKind, Lock, Transaction
from migrateops.operations import Capabilities
from migrateops_mysql import (
    add_column,  # noqa: F401  # registers how operations are written
    alter_column,  # noqa: F401
    canonical,
    drop_column,  # noqa: F401
    drop_constraint,  # noqa: F401
    indexes,  # noqa: F401
    lower,  # noqa: F401
    table_options,
    transactions,
)
from migrateops_mysql.error_kind import error_kind
from migrateops_mysql.lock import NamedLock
from migrateops_mysql.options import ONLY_OWN
from migrateops_mysql.server import Server, version_of
from migrateops_mysql.snapshot import models, reader
from migrateops_mysql.snapshot.asked import with_collation
from migrateops_mysql.snapshot.kept import index_for_key, renamed
from migrateops_mysql.snapshot.refused import refused
from migrateops_mysql.snapshot.stored import as_stored
from migrateops_mysql.snapshot.unread import unread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Column, Connection, Engine, Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

    from migrateops.operations import MigrateOperation
    from migrateops.snapshot.records import ForeignKeyRecord, IndexRecord, Options, TableRecord


class MySQLDialect(Dialect):
    """MySQL from 5.7, and MariaDB from 10.2 where the url calls it ``mysql``."""

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "mysql"
    rebuilds_matter: ClassVar[bool] = False
    restates_columns: ClassVar[bool] = True
    configure_options: ClassVar[frozenset[str]] = frozenset({ONLY_OWN})
    drop_index_options: ClassVar[frozenset[str] | None] = frozenset()
    unique_keys_are_indexes: ClassVar[bool] = True
    # Those of CHECKs too on MySQL, not on MariaDB; before 8.0.16 there are none.  MariaDB has sequences,
    # which share names with tables, and not with constraints: what goes too early does no harm.
    names_of_schema: ClassVar[frozenset[str]] = frozenset(
        {"table", "sequence", "foreign_key_constraint", "check_constraint"}
    )

    def server_version(self, connection: Connection) -> tuple[int, ...] | None:
        """Return the server's version, one that says which of the two servers it is."""
        return version_of(connection)

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what a server of this version can do."""
        return Server.of_version(server_version, mariadb=self.name == "mariadb").capabilities

    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction, which the first DDL statement ends; what that makes permanent is noted."""
        return transactions.begin(connection)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Run a step in the caller's transaction, which the first DDL statement ends."""
        return transactions.join(connection)

    def lock(self, engine: Engine, key: str) -> Lock:
        """Return a named lock of a session of its own."""
        return NamedLock(engine, key)

    def read_snapshot(
        self, connection: Connection, schemas: Sequence[str | None], names: Iterable[str] | None = None
    ) -> Iterable[TableRecord]:
        """Return the table records of whole schemas, in five statements for all of them."""
        return reader.read(connection, schemas, names)

    def canonical_table(self, record: TableRecord, table: Table) -> TableRecord:
        """Return the record of a table of the models as the reader would return it."""
        return models.as_kept(record, table)

    def as_stored(
        self, connection: Connection, tables: Sequence[Table]
    ) -> Mapping[tuple[str | None, str], TableRecord]:
        """Return the records of tables of the models, read from temporary tables that are dropped."""
        return as_stored(connection, tables)

    def options_said(
        self, connection: Connection, record: TableRecord, differing: Collection[str]
    ) -> Options:
        """Return the options with the collation that comes of a new character set."""
        return with_collation(connection, record.options) if "charset" in differing else record.options

    def alters_options(
        self, table: Table, old: TableRecord, new: TableRecord, differing: Sequence[str]
    ) -> MigrateOperation:
        """Return the operation that gives a table the options that the models say."""
        return table_options.altered(table, old, new, differing, self.keys(self.name))

    def refused_default(
        self, connection: Connection, columns: Sequence[Column[Any]]
    ) -> tuple[Column[Any], str] | None:
        """Return the first default that the server does not take, tried in temporary tables."""
        return refused(connection, columns)

    def key_index(self, key: ForeignKeyRecord, table: TableRecord) -> IndexRecord | None:
        """Return the index that the server makes for a foreign key, or None where another one serves."""
        return index_for_key(key, table)

    def renamed(self, record: TableRecord, before: TableRecord) -> TableRecord:
        """Return a record with foreign keys as the server calls them, where that is after the table."""
        return renamed(record, before)

    def reflected_name(self, name: str) -> str:
        """Return a column's name without the second of two backticks, which SQLAlchemy leaves in it."""
        return name.replace("``", "`")

    def complete(self, table: Table, record: TableRecord) -> None:
        """Put JSON and CHECK constraints of columns into a reflected table."""
        # Asked while scripts are written, and at no other time.
        from migrateops_mysql.snapshot.complete import complete

        complete(table, record)

    def unread(
        self, connection: Connection, schemas: Sequence[str | None]
    ) -> Iterable[tuple[str, str | None, str]]:
        """Return what schemas hold besides tables, in one statement for all of them, on MariaDB two."""
        return unread(connection, schemas)

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text under the server's own names."""
        return canonical.type_text(type_, dialect)

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text as the server would write it."""
        return canonical.default_text(text)

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text without the quotes and brackets that the server adds."""
        return canonical.expression_text(text)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        return error_kind(exception)


class MariaDBDialect(MySQLDialect):
    """MariaDB from 10.2, where the url says so."""

    name: ClassVar[str] = "mariadb"
    family: ClassVar[str | None] = "mysql"
    names_of_schema: ClassVar[frozenset[str]] = frozenset({"table", "sequence", "foreign_key_constraint"})
