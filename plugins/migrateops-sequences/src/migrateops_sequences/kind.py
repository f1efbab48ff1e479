"""Sequences as records of a snapshot."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from migrateops.operations import MigrateOperation
from migrateops.snapshot import Kind
from migrateops_sequences.catalog import Catalog
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp


@dataclass(frozen=True, slots=True)
class SequenceRecord:
    """A sequence; None is what the server takes where nothing is said.

    Attributes:
        schema: Its schema, unquoted; None for the connection's default schema.
        name: Its name, unquoted.
        data_type: Type of its values, as SQL in lower case.
        start: First value.
        increment: Step between values.
        minvalue: Smallest value.
        maxvalue: Greatest value.
        cycle: Whether it begins again.
        cache: How many values a session fetches in advance.
        owned_by: ``table.column`` that it is dropped with; the models do not say it.
    """

    schema: str | None
    name: str
    data_type: str | None = None
    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    cycle: bool | None = None
    cache: int | None = None
    owned_by: str | None = None


_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "integer": 32, "bigint": 64}
_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "smallint": sa.SmallInteger,
    "integer": sa.Integer,
    "bigint": sa.BigInteger,
}
_DEFAULT_TYPE = "bigint"


class SequenceKind(Kind[SequenceRecord]):
    """Sequences that are objects of their own.

    The sequence of an identity column is part of the column, and left out.  One that a column owns,
    as that of a SERIAL column is, is compared if the models name it, and never dropped.

    Args:
        catalog: How the server's sequences are read.
        dialect: SQLAlchemy's dialect object.
    """

    name: ClassVar[str] = "sequence"
    version: ClassVar[int] = 1
    record: ClassVar[type[Any]] = SequenceRecord
    not_compared: ClassVar[Sequence[str]] = (
        "the values that sequences are at",
        "the owners of sequences, which models do not say",
    )

    def __init__(self, catalog: Catalog, dialect: Dialect) -> None:
        self.catalog = catalog
        self.dialect = dialect

    def identity(self, record: SequenceRecord) -> tuple[str | None, str]:
        return record.schema, record.name

    # -- both sides ---------------------------------------------------------------------------
    def read(self, connection: Connection, schemas: Sequence[str | None]) -> Iterator[SequenceRecord]:
        default = connection.dialect.default_schema_name
        asked = {schema or default: schema for schema in schemas}
        real = [schema for schema in asked if schema is not None]
        for row in self.catalog.read(connection, real):
            yield SequenceRecord(**{**row._asdict(), "schema": asked.get(row.schema, row.schema)})

    def from_metadata(self, metadata: MetaData, dialect: Dialect) -> Iterator[SequenceRecord]:
        for sequence in _sequences_of(metadata):
            if sequence.optional and dialect.sequences_optional:
                continue
            schema = str(sequence.schema) if sequence.schema is not None else None
            yield SequenceRecord(
                schema=None if schema == dialect.default_schema_name else schema,
                name=str(sequence.name),
                data_type=_type_text(sequence.data_type, dialect),
                start=sequence.start,
                increment=sequence.increment,
                minvalue=sequence.minvalue,
                maxvalue=sequence.maxvalue,
                cycle=sequence.cycle,
                cache=sequence.cache,
            )

    def canonical(self, record: SequenceRecord) -> SequenceRecord:
        data_type = record.data_type or _DEFAULT_TYPE
        increment = 1 if record.increment is None else record.increment
        ascending = increment >= 0
        half = 2 ** (_BITS.get(data_type, 64) - 1)
        lowest, highest = -half + self.catalog.reserved, half - 1 - self.catalog.reserved
        least = _first(record.minvalue, 1 if ascending else lowest)
        greatest = _first(record.maxvalue, highest if ascending else -1)
        cache = _first(record.cache, self.catalog.default_cache)
        return dataclasses.replace(
            record,
            data_type=data_type,
            increment=increment,
            minvalue=least,
            maxvalue=greatest,
            start=_first(record.start, least if ascending else greatest),
            cycle=bool(record.cycle),
            cache=max(cache, self.catalog.no_cache),
        )

    # -- the difference -----------------------------------------------------------------------
    def diff(self, old: SequenceRecord | None, new: SequenceRecord | None) -> Sequence[MigrateOperation]:
        if new is not None:
            return self._alter(old, new) if old is not None else [self._create(new)]
        if old is None or old.owned_by is not None:
            return []
        return [self._create(old).reverse()]

    def _create(self, record: SequenceRecord) -> CreateSequenceOp:
        """Return the operation that creates it, saying no more than is needed."""
        full = self.canonical(record)
        plain = self._unless_said(full)
        options = {
            name: getattr(full, name)
            for name in ("minvalue", "maxvalue", "cycle", "cache")
            if getattr(full, name) != getattr(plain, name)
        }
        if full.data_type != _DEFAULT_TYPE:
            options["data_type"] = self._type(full.data_type)
        if full.start != self.canonical(dataclasses.replace(full, start=None)).start:
            options["start"] = full.start
        if full.increment != 1:
            options["increment"] = full.increment
        return CreateSequenceOp(full.name, schema=full.schema, owned_by=full.owned_by, **options)

    def _alter(self, old: SequenceRecord, new: SequenceRecord) -> Sequence[AlterSequenceOp]:
        was, is_ = self._options(self.canonical(old)), self._options(self.canonical(new))
        changed = [group for group in is_ if is_[group] != was[group]]
        if not changed:
            return []
        options: dict[str, Any] = {}
        for group in changed:
            options |= self._typed(is_[group])
            options |= {f"existing_{name}": value for name, value in self._typed(was[group]).items()}
        return [AlterSequenceOp(new.name, schema=new.schema, **options)]

    def _options(self, record: SequenceRecord) -> dict[str, dict[str, Any]]:
        """Return what a canonical record says of each thing, a limit that is the usual one as none."""
        plain = self._unless_said(record)
        found = {
            name: {name: getattr(record, name)}
            for name in ("data_type", "start", "increment", "cycle", "cache")
        }
        for name in ("minvalue", "maxvalue"):
            value = getattr(record, name)
            found[name] = {f"no{name}": True} if value == getattr(plain, name) else {name: value}
        return found

    def _unless_said(self, record: SequenceRecord) -> SequenceRecord:
        """Return the canonical record of a sequence of this type and step with nothing else said."""
        return self.canonical(
            SequenceRecord(record.schema, record.name, data_type=record.data_type, increment=record.increment)
        )

    def _typed(self, options: dict[str, Any]) -> dict[str, Any]:
        if "data_type" in options:
            return {"data_type": self._type(options["data_type"])}
        return options

    def _type(self, text: str | None) -> TypeEngine[Any]:
        if text in _TYPES:
            return _TYPES[text]()
        # A type of this dialect alone, as the dialect names it.
        name, _, unsigned = (text or _DEFAULT_TYPE).partition(" ")
        made: Any = self.dialect.ischema_names[name.replace("integer", "int")]  # type: ignore[attr-defined]
        type_: TypeEngine[Any] = made(unsigned=True) if unsigned else made()
        return type_


def _first(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _type_text(type_: TypeEngine[Any] | None, dialect: Dialect) -> str | None:
    return type_.compile(dialect=dialect).lower() if type_ is not None else None


def _sequences_of(metadata: MetaData) -> Iterable[sa.Sequence]:
    """Return the sequences of the models, those of columns included, by key."""
    # SQLAlchemy has no public way to those that belong to no column, but create_all() on a mock
    # engine, which would call every listener of the models.
    found: dict[str, sa.Sequence] = metadata._sequences  # type: ignore[attr-defined,unused-ignore]
    return [found[key] for key in sorted(found)]
