"""Tables and their columns as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Computed, Identity, MetaData, TextClause, inspect
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import TypeEngine

from migrateops.snapshot.kind import SnapshotKind

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect


_AS_DDL = {"literal_binds": True, "include_table": False}


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """A column.

    Attributes:
        name: Its name, unquoted.
        type: Its type, as it is written in CREATE TABLE.
        nullable: Whether it accepts NULL.
        default: Its default on the server, as SQL; None for none.
    """

    name: str
    type: str
    nullable: bool
    default: str | None = None


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A table.

    Attributes:
        schema: Its schema, unquoted; None for the connection's default schema.
        name: Its name, unquoted.
        columns: Its columns, in their order.
    """

    schema: str | None
    name: str
    columns: tuple[ColumnRecord, ...]


class TablesKind(SnapshotKind[TableRecord]):
    """Tables, with name, type, nullability and default of their columns.

    Args:
        include: Says of a table's schema and name whether it is read from the database; what it
            refuses is not looked at any further.
    """

    name: ClassVar[str] = "table"
    record: ClassVar[type[Any]] = TableRecord
    not_compared: ClassVar[Sequence[str]] = (
        "types, nullability, defaults and comments of existing columns",
        "primary keys, foreign keys, unique and check constraints of existing columns",
        "indexes of existing columns",
        "comments and options of existing tables",
    )

    def __init__(self, include: Callable[[str | None, str], bool] | None = None) -> None:
        self._include = include

    def identity(self, record: TableRecord) -> tuple[str | None, str]:
        return record.schema, record.name

    def read(self, connection: Connection, schemas: Sequence[str | None]) -> Iterator[TableRecord]:
        inspector = inspect(connection)
        for schema in schemas:
            wanted: list[str] | None = None
            if self._include is not None:
                names = inspector.get_table_names(schema)
                wanted = [name for name in names if self._include(schema, name)]
                if not wanted:
                    continue
                if len(wanted) == len(names):
                    wanted = None
            found = inspector.get_multi_columns(schema, filter_names=wanted)
            for (_, name), columns in found.items():
                yield TableRecord(
                    schema,
                    str(name),
                    tuple(_reflected(column, connection.dialect) for column in columns),
                )

    def from_metadata(self, metadata: MetaData, dialect: Dialect) -> Iterator[TableRecord]:
        for table in metadata.tables.values():
            yield TableRecord(
                own_schema(table.schema, dialect),
                str(table.name),
                tuple(_declared(column, dialect) for column in table.columns if not column.system),
            )

    def from_json(self, data: Any) -> TableRecord:
        columns: Iterable[Mapping[str, Any]] = data["columns"]
        return TableRecord(data["schema"], data["name"], tuple(ColumnRecord(**column) for column in columns))


def own_schema(schema: str | None, dialect: Dialect) -> str | None:
    """Return a schema's name as keys have it: None for the connection's default schema."""
    return None if schema is None or schema == dialect.default_schema_name else str(schema)


def _reflected(column: Any, dialect: Dialect) -> ColumnRecord:
    default = column.get("default")
    identity, computed = column.get("identity"), column.get("computed")
    if computed:
        default = _computed(computed["sqltext"], computed.get("persisted"))
    elif identity:
        default = _identity(identity.get("always"))
    return ColumnRecord(str(column["name"]), _type_text(column["type"], dialect), column["nullable"], default)


def _declared(column: Column[Any], dialect: Dialect) -> ColumnRecord:
    default = column.server_default
    text: str | None = None
    if isinstance(default, Computed):
        text = _computed(_sql(default.sqltext, dialect), default.persisted)
    elif isinstance(default, Identity):
        text = _identity(default.always)
    elif isinstance(default, DefaultClause):
        text = _sql(default.arg, dialect)
    return ColumnRecord(str(column.name), _type_text(column.type, dialect), bool(column.nullable), text)


def _computed(sqltext: str, persisted: bool | None) -> str:
    return f"GENERATED ALWAYS AS ({sqltext}){' STORED' if persisted else ''}"


def _identity(always: bool | None) -> str:
    return f"GENERATED {'ALWAYS' if always else 'BY DEFAULT'} AS IDENTITY"


def _sql(value: Any, dialect: Dialect) -> str:
    """Return a default as SQL: a string as a quoted literal, an expression as it is written."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, TextClause):
        return value.text
    try:
        return str(value.compile(dialect=dialect, compile_kwargs=_AS_DDL))
    except (CompileError, NotImplementedError):
        # The dialect has no such thing; autogenerate fails where it has to be written.
        return str(value)


def _type_text(type_: TypeEngine[Any], dialect: Dialect) -> str:
    try:
        return type_.compile(dialect=dialect)
    except (CompileError, NotImplementedError):
        # As a type that a reader of the database did not recognise: it has no text of its own.
        return type(type_).__name__.upper()
