"""The table that holds the applied revisions, one row for each head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from migrateops import errors
from migrateops.ddl.statements import Execute
from migrateops.errors.base import first_line

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from migrateops.runtime.step import RevisionStep


class RowChanges(Protocol):
    """What a step does to the version table."""

    @property
    def insert(self) -> tuple[str, ...]: ...

    @property
    def delete(self) -> tuple[str, ...]: ...

    @property
    def update(self) -> tuple[str, str] | None: ...


class VersionTable:
    """Read and write the rows.

    Args:
        table: As the dialect's pack describes it.
        send: What runs a statement.
        has_table: Says whether a table is there; ``has_table()`` of the dialect's pack.

    Attributes:
        before_scripts: Whether the table is made before the first script runs, not after it.
    """

    before_scripts: bool = False

    def __init__(self, table: Table, *, send: Any, has_table: Callable[..., bool]) -> None:
        self._has_table = has_table
        self.name = table.name
        self.schema = table.schema
        self.table = table
        self._send = send

    def described(self, step: RevisionStep) -> str:
        """Return what an SQL stream says ahead of a step."""
        return " ".join(step.describe().split())

    def exists(self, connection: Connection) -> bool:
        """Say whether the table is there.

        Raises:
            VersionTableRefused: The database does not let it be read.
        """
        # The catalogs, unlike a statement, do not translate the schema.
        schema = connection.schema_for_object(self.table)
        with self._allowed("read"):
            return self._has_table(connection, self.name, schema)

    def heads(self, connection: Connection) -> tuple[str, ...]:
        """Return the rows; none when there is no table.

        Raises:
            VersionTableRefused: The database does not let it be read, or it is a table of another kind.
        """
        return self.read(connection) or ()

    def read(self, connection: Connection) -> tuple[str, ...] | None:
        """Return the rows as `heads` does, and None when there is no table."""
        if not self.exists(connection):
            return None
        with self._allowed("read"):
            return tuple(row[0] for row in connection.execute(select(self.table.c.version_num)))

    def create(self, *, if_not_exists: bool = False) -> None:
        """Send CREATE TABLE.

        Args:
            if_not_exists: Write IF NOT EXISTS, where nothing tells whether it is there.
        """
        with self._allowed("created"):
            self._send(CreateTable(self.table, if_not_exists=if_not_exists))

    def clear(self) -> None:
        """Send DELETE of all rows."""
        with self._allowed("emptied"):
            self._send(self.table.delete())

    @contextmanager
    def _allowed(self, what: str) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise errors.runtime.VersionTableRefused(self.name, what, first_line(error)) from error

    @cached_property
    def _insert(self) -> Any:
        return self.table.insert().values(version_num=bindparam("new"))

    @cached_property
    def _update(self) -> Any:
        column = self.table.c.version_num
        return self.table.update().where(column == bindparam("old")).values(version_num=bindparam("new"))

    @cached_property
    def _delete(self) -> Any:
        return self.table.delete().where(self.table.c.version_num == bindparam("old"))

    def apply(self, step: RowChanges) -> None:
        """Send the INSERT, DELETE and UPDATE of a step.

        Raises:
            VersionRowMismatch: A row that is to be changed is not there, or there twice.
        """
        for old in step.delete:
            self._checked(Execute(self._delete, {"old": old}), old)
        for new in step.insert:
            self._send(self._inserting(new))
        if step.update is not None:
            old, new = step.update
            self._checked(Execute(self._update, {"old": old, "new": new}), old)

    def _inserting(self, new: str) -> Any:
        return Execute(self._insert, {"new": new})

    def _checked(self, statement: Execute, row: str) -> None:
        result = self._send(statement)
        if result is None or not result.dialect.supports_sane_rowcount:
            return
        if result.rowcount != 1:
            raise errors.runtime.VersionRowMismatch(self.name, row, result.rowcount)
