"""A thin view of dialect and connection under the names that Alembic's ``impl`` has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.runtime.migration import MigrationContext


class ImplView:
    """What scripts and ``env.py`` read of ``ctx.impl``; the work is done by dialect packs."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context

    @property
    def __dialect__(self) -> str:
        return self._context.target.name

    @property
    def dialect(self) -> Any:
        """SQLAlchemy's dialect object."""
        return self._context.dialect

    @property
    def connection(self) -> Any:
        """The connection; None offline."""
        return self._context.connection

    @property
    def bind(self) -> Any:
        """The connection, or what stands for it offline."""
        return self._context.bind

    @property
    def as_sql(self) -> bool:
        """Whether statements go to a stream."""
        return self._context.as_sql

    @property
    def transactional_ddl(self) -> bool:
        """Whether a rollback takes DDL with it."""
        return self._context.is_transactional_ddl

    @property
    def command_terminator(self) -> str:
        """What ends a statement in a stream."""
        return self._context.pack.terminator

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Run or write one statement."""
        self._context.run_statement(sql, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write *text* into the stream; nothing online."""
        self._context.static_output(text)
