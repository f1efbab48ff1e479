"""What migrateops must know of SQL Server: the pack's entry point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from migrateops.dialects import Dialect, ErrorKind, Lock
from migrateops.operations import Capabilities
from migrateops_mssql import (
    alter_column,  # noqa: F401  # registers how operations are written
    canonical,
    lower,  # noqa: F401
)
from migrateops_mssql.error_kind import error_kind
from migrateops_mssql.lock import ApplicationLock

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

_SEPARATOR = "mssql_batch_separator"
# The first that knows IF EXISTS; an SQL stream is for one that does.
_SQL_SERVER_2016: tuple[int, ...] = (13,)
# What Azure SQL says whatever it can do; also that of a SQL Server 2014 without any update.
_AZURE = (12, 0, 2000)


class MSSQLDialect(Dialect):
    """SQL Server from 2012, and Azure SQL, through any of SQLAlchemy's drivers for it."""

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "mssql"
    rebuilds_matter: ClassVar[bool] = False
    configure_options: ClassVar[frozenset[str]] = frozenset({_SEPARATOR})
    quotes: ClassVar[Sequence[str] | None] = ("[]", '""')
    names_of_schema: ClassVar[frozenset[str]] = frozenset(
        {
            "table",
            "sequence",
            "primary_key_constraint",
            "unique_constraint",
            "foreign_key_constraint",
            "check_constraint",
        }
    )

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what a server of this version can do."""
        version = server_version or _SQL_SERVER_2016
        drops_if_exists = version >= _SQL_SERVER_2016 or version[:3] == _AZURE
        return Capabilities(
            transactional_ddl=True,
            comments=True,
            if_exists=drops_if_exists,
            if_not_exists=False,
            column_if_exists=drops_if_exists,
            constraint_if_exists=drops_if_exists,
            sequences=True,
        )

    def begin_text(self) -> str | None:
        """Return BEGIN TRANSACTION: a BEGIN alone opens a block."""
        return "BEGIN TRANSACTION"

    def separator(self, options: Mapping[str, Any]) -> str | None:
        """Return what ends a batch: GO, or ``mssql_batch_separator``; nothing where that is empty."""
        return options.get(_SEPARATOR, "GO") or None

    def lock(self, engine: Engine, key: str) -> Lock:
        """Return an application lock of a session of its own."""
        return ApplicationLock(engine, key)

    def before_writing(self, dialect: SQLAlchemyDialect) -> None:
        """Have an SQL stream be for a present server: SQLAlchemy writes DATETIME for DATE otherwise."""
        told: Any = dialect
        if not told.server_version_info:
            told.server_version_info = _SQL_SERVER_2016
            told.supports_multivalues_insert = True
            if told.deprecate_large_types is None:
                told.deprecate_large_types = True

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text under the server's own names."""
        return canonical.type_text(type_, dialect)

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text without the brackets that the server adds."""
        return canonical.expression_text(text) if text is not None else None

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text without the brackets that the server adds."""
        return canonical.expression_text(text)

    def literal(self, value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return *value* as an SQL literal; bytes as a number in hexadecimal."""
        if isinstance(value, bytes | bytearray | memoryview):
            return f"0x{bytes(value).hex().upper()}"
        return super().literal(value, type_, dialect)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        return error_kind(exception)
