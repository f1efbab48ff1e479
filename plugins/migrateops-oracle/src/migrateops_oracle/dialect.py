"""What migrateops must know of Oracle Database: the pack's entry point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from migrateops.dialects import Dialect, ErrorKind, Transaction
from migrateops.operations import Capabilities
from migrateops_oracle import (
    canonical,
    lower,  # noqa: F401  # registers how operations are written
    transactions,
)
from migrateops_oracle.error_kind import error_kind

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect
    from sqlalchemy.types import TypeEngine

_SEPARATOR = "oracle_batch_separator"


class OracleDialect(Dialect):
    """Oracle Database from 12.1, through any of SQLAlchemy's drivers for it."""

    contract: ClassVar[tuple[int, int]] = (1, 0)
    name: ClassVar[str] = "oracle"
    rebuilds_matter: ClassVar[bool] = False
    configure_options: ClassVar[frozenset[str]] = frozenset({_SEPARATOR})
    terminator: ClassVar[str] = ""
    names_of_schema: ClassVar[frozenset[str]] = frozenset(
        {
            "table",
            "sequence",
            "index",
            "primary_key_constraint",
            "unique_constraint",
            "foreign_key_constraint",
            "check_constraint",
        }
    )

    def capabilities(self, server_version: tuple[int, ...] | None) -> Capabilities:
        """Return what a server of this version can do; an SQL stream is for any that is still in use."""
        knows_if_exists = server_version is not None and server_version >= (23,)
        return Capabilities(
            comments=True,
            if_exists=knows_if_exists,
            if_not_exists=knows_if_exists,
            sequences=True,
        )

    def begin(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Begin a transaction, which the first DDL statement ends; what that makes permanent is noted."""
        return transactions.begin(connection)

    def join(self, connection: Connection, *, rebuilds: bool = False) -> Transaction:
        """Run a step in the caller's transaction, which the first DDL statement ends."""
        return transactions.join(connection)

    def begin_text(self) -> str | None:
        """Return None: a transaction begins with its first statement."""
        return None

    def separator(self, options: Mapping[str, Any]) -> str | None:
        """Return what has SQL*Plus run a statement: /, or ``oracle_batch_separator``."""
        return options.get(_SEPARATOR, "/") or None

    def before_writing(self, dialect: SQLAlchemyDialect) -> None:
        """Have an SQL stream be for any server in use: BOOLEAN came with version 23."""
        if not getattr(dialect, "server_version_info", None):
            dialect.supports_native_boolean = False

    def canonical_type(self, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return a type's text under the server's own names."""
        return canonical.type_text(type_, dialect)

    def canonical_default(self, text: str | None) -> str | None:
        """Return a server default's text in lower case outside of its strings; None for NULL."""
        return canonical.default_text(text)

    def canonical_expression(self, text: str) -> str:
        """Return an expression's text in lower case outside of its strings, without quotes of names."""
        return canonical.expression_text(text)

    def literal(self, value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str:
        """Return *value* as an SQL literal; bytes in hexadecimal."""
        if isinstance(value, bytes | bytearray | memoryview):
            return f"HEXTORAW('{bytes(value).hex().upper()}')"
        return super().literal(value, type_, dialect)

    def error_kind(self, exception: BaseException) -> ErrorKind | None:
        """Return what kind of failure a driver's exception is."""
        return error_kind(exception)
