"""Tables, with all that belongs to them, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import MetaData, Table

from migrateops.dialects.base import ANSI
from migrateops.snapshot.inspected import InspectedTables
from migrateops.snapshot.json_form import plain
from migrateops.snapshot.kind import Key, SnapshotKind
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.reading import reading
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.texts import Texts

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

    from migrateops.dialects.base import Dialect


class TablesKind(SnapshotKind[TableRecord]):
    """Tables, with their columns, constraints, indexes, comments and options.

    Args:
        pack: The dialect's pack; standard SQL when omitted.
        include: Says of a table's schema and name whether it is read from the database; what it
            refuses is left out.

    Attributes:
        failures: What of the models the dialect cannot say: by table, the column or None, and what
            SQLAlchemy said of it; the first of each table.
    """

    name: ClassVar[str] = "table"
    version: ClassVar[int] = 2
    record: ClassVar[type[Any]] = TableRecord
    not_compared: ClassVar[Sequence[str]] = (
        "the order of columns, and the names of primary keys",
        "values of enum types that the server has as types of their own",
    )

    def __init__(
        self, pack: Dialect | None = None, include: Callable[[str | None, str], bool] | None = None
    ) -> None:
        self.pack = pack if pack is not None else ANSI()
        self.failures: dict[Key, tuple[str | None, Exception]] = {}
        self._include = include
        self._texts: dict[int, Texts] = {}

    def texts(self, dialect: SQLAlchemyDialect) -> Texts:
        """Return what writes types and expressions for a dialect."""
        made = self._texts.get(id(dialect))
        if made is None:
            made = self._texts[id(dialect)] = Texts(self.pack, dialect)
        return made

    def identity(self, record: TableRecord) -> tuple[str | None, str]:
        return record.schema, record.name

    def read(self, connection: Connection, schemas: Sequence[str | None]) -> Iterator[TableRecord]:
        with reading("the tables", self.pack, connection):
            found = self.pack.read_snapshot(connection, schemas)
            if found is None:
                yield from InspectedTables(connection, self.texts(connection.dialect), self._include).read(
                    schemas
                )
                return
            for record in found:
                if self._include is None or self._include(record.schema, record.name):
                    yield record

    def from_metadata(self, metadata: MetaData, dialect: SQLAlchemyDialect) -> Iterator[TableRecord]:
        def report(table: Table, column: str | None, error: Exception) -> None:
            key = Key(self.name, own_schema(table.schema, dialect), str(table.name))
            self.failures.setdefault(key, (column, error))

        yield from ModelReader(self.texts(dialect), report).read(metadata)

    def to_json(self, record: TableRecord) -> Any:
        # What is as usual is left out: most columns say little.
        return plain(record, usual=False)
