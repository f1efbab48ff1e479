"""Kinds of schema objects: how each is read, compared, stored and ordered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from migrateops.snapshot.json_form import built, plain

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData
    from sqlalchemy.engine import Dialect

    from migrateops.operations.declare import MigrateOperation

R = TypeVar("R")


class Key(NamedTuple):
    """What a schema object is told from all others by.

    Attributes:
        kind: Name of the kind.
        schema: Its schema, unquoted; None for the connection's default schema.
        name: Its name, unquoted.
    """

    kind: str
    schema: str | None
    name: str

    @property
    def sorting(self) -> tuple[str, str, str]:
        """The key as it is sorted: the default schema comes first."""
        return (self.kind, self.schema or "", self.name)


class SnapshotKind(ABC, Generic[R]):
    """A kind of schema objects that snapshots hold.

    A record is a frozen dataclass, free of SQLAlchemy objects.  Both sides, the database and the
    models, are read into the same records.

    Attributes:
        name: Name of the kind, in the singular.
        version: Version of the record; it goes up when the same object gets another record.
        record: The class of the records.
        not_compared: What of these objects the records leave out, for people.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    record: ClassVar[type[Any]]
    not_compared: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def identity(self, record: R) -> tuple[str | None, str]:
        """Return ``(schema, name)``; the schema is None for the connection's default schema."""

    def key(self, record: R) -> Key:
        """Return the key of a record."""
        return Key(self.name, *self.identity(record))

    def depends_on(self, record: R) -> Iterable[Key]:
        """Return the objects that must be there before this one can be; they may be of other kinds."""
        return ()

    @abstractmethod
    def read(self, connection: Connection, schemas: Sequence[str | None]) -> Iterable[R]:
        """Return the records of the database, in as few statements as possible.

        Args:
            connection: A connection to it.
            schemas: Names of the schemas to read, unquoted; None is the default schema.
        """

    @abstractmethod
    def from_metadata(self, metadata: MetaData, dialect: Dialect) -> Iterable[R]:
        """Return the records of the models, as *dialect* would have them.

        Args:
            metadata: The models; objects in the default schema by name are to get the schema None.
            dialect: SQLAlchemy's dialect object.
        """

    def canonical(self, record: R) -> R:
        """Return the one form in which two equal objects have equal records."""
        return record

    def to_json(self, record: R) -> Any:
        """Return a record as JSON data."""
        return plain(record)

    def from_json(self, data: Any) -> R:
        """Return the record that `to_json` made *data* of."""
        made: R = built(self.record, data)
        return made


class Kind(SnapshotKind[R]):
    """A kind of schema objects that autogenerate compares."""

    @abstractmethod
    def diff(self, old: R | None, new: R | None) -> Sequence[MigrateOperation]:
        """Return the operations that make *old* into *new*.

        Args:
            old: The record in the database; None to create the object.
            new: The record in the models; None to drop it.  An operation that drops should know
                from *old* how to create again.
        """
