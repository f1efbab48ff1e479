"""Tables of a database as records, read through SQLAlchemy's inspector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from migrateops.snapshot.canonical import action, identity_record, initially, sorted_by_name
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IdentityRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    Options,
    TableRecord,
)
from migrateops.snapshot.texts import UNKNOWN, Texts, TypeText, is_failure

if TYPE_CHECKING:
    from sqlalchemy import Connection

Include = Callable[[str | None, str], bool]
"""Says of a table's schema and name whether it is read."""

_SORTING = {"desc": ("order", "desc"), "nulls_first": ("nulls", "first"), "nulls_last": ("nulls", "last")}
_ASPECTS = (
    "pk_constraint",
    "unique_constraints",
    "foreign_keys",
    "check_constraints",
    "indexes",
    "table_comment",
    "table_options",
)


class InspectedTables:
    """Read the tables of schemas, in as many statements as SQLAlchemy's inspector needs.

    Args:
        connection: A connection to the database.
        texts: What writes types and expressions.
        include: Says what is read; everything when None.
    """

    def __init__(self, connection: Connection, texts: Texts, include: Include | None = None) -> None:
        self.texts = texts
        self.dialect = connection.dialect
        self._inspector = inspect(connection)
        self._include = include
        capabilities = texts.pack.capabilities(texts.pack.server_version(connection))
        self._comments = capabilities.comments
        self._found: dict[str, Mapping[Any, Any]] = {}

    def read(self, schemas: Sequence[str | None]) -> Iterator[TableRecord]:
        """Yield the records of the tables of schemas; None is the default schema."""
        for schema in schemas:
            wanted: list[str] | None = None
            if self._include is not None:
                names = self._inspector.get_table_names(schema)
                wanted = [name for name in names if self._include(schema, name)]
                if not wanted:
                    continue
                if len(wanted) == len(names):
                    wanted = None
            columns = self._inspector.get_multi_columns(schema, filter_names=wanted)
            self._found = {aspect: self._read(aspect, schema, wanted) for aspect in _ASPECTS}
            for key, found in columns.items():
                yield self._table(schema, key, found)

    def _read(self, aspect: str, schema: str | None, wanted: list[str] | None) -> Mapping[Any, Any]:
        reader = getattr(self._inspector, f"get_multi_{aspect}")
        try:
            found: Mapping[Any, Any] = reader(schema, filter_names=wanted)
        except NotImplementedError:
            # The dialect cannot read such things; nor, then, are they compared.
            return {}
        return found

    def _table(self, schema: str | None, key: Any, columns: Sequence[Mapping[str, Any]]) -> TableRecord:
        found = {aspect: read.get(key) or () for aspect, read in self._found.items()}
        primary: Mapping[str, Any] = found["pk_constraint"] or {}
        comment: Mapping[str, Any] = found["table_comment"] or {}
        in_key = frozenset(primary.get("constrained_columns") or ())
        return TableRecord(
            schema,
            str(key[1]),
            tuple([self._column(column, in_key) for column in columns]),
            self._key(primary, primary["constrained_columns"]) if in_key else None,
            sorted_by_name([self._key(item, item["column_names"]) for item in found["unique_constraints"]]),
            sorted_by_name([self._reference(item) for item in found["foreign_keys"]]),
            sorted_by_name([self._check(item) for item in found["check_constraints"]]),
            sorted_by_name(
                [self._index(item) for item in found["indexes"] if not item.get("duplicates_constraint")]
            ),
            (),
            self._comment(comment.get("text")),
            self._options(found["table_options"] or {}),
        )

    def _comment(self, comment: str | None) -> str | None:
        return (comment or None) if self._comments else None

    # -- columns --------------------------------------------------------------------------------
    def _column(self, column: Mapping[str, Any], in_key: frozenset[str]) -> ColumnRecord:
        type_ = self._type(column["type"])
        default, numbered = column.get("default"), False
        computed: ComputedRecord | None = None
        identity: IdentityRecord | None = None
        generated = column.get("computed")
        if generated:
            computed = ComputedRecord(self.texts.expression(generated["sqltext"]), generated.get("persisted"))
            default = None
        elif column.get("identity"):
            identity = identity_record(column["identity"])
            default = None
        elif column.get("autoincrement") is True and column["name"] in in_key:
            # Its default belongs to what the server makes for it.
            default, numbered = None, True
        return ColumnRecord(
            str(column["name"]),
            type_.text,
            bool(column["nullable"]),
            self.texts.default(default),
            computed,
            identity,
            type_.collation,
            self._comment(column.get("comment")),
            numbered,
            self._options(column.get("dialect_options") or {}),
        )

    def _type(self, type_: Any) -> TypeText:
        try:
            return self.texts.type(type_)
        except Exception as error:
            if not is_failure(error):
                raise
            return TypeText(UNKNOWN, None)

    # -- constraints ----------------------------------------------------------------------------
    def _key(self, item: Mapping[str, Any], columns: Sequence[str]) -> KeyRecord:
        return KeyRecord(
            _name(item),
            tuple([str(name) for name in columns]),
            comment=self._comment(item.get("comment")),
            options=self._options(item.get("dialect_options") or {}),
        )

    def _reference(self, item: Mapping[str, Any]) -> ForeignKeyRecord:
        said = item.get("options") or {}
        match = (said.get("match") or "simple").lower()
        return ForeignKeyRecord(
            _name(item),
            tuple([str(name) for name in item["constrained_columns"]]),
            own_schema(item["referred_schema"], self.dialect),
            str(item["referred_table"]),
            tuple([str(name) for name in item["referred_columns"]]),
            action(said.get("onupdate")),
            action(said.get("ondelete")),
            bool(said.get("deferrable")),
            initially(said.get("initially")),
            None if match == "simple" else match,
            self._comment(item.get("comment")),
        )

    def _check(self, item: Mapping[str, Any]) -> CheckRecord:
        return CheckRecord(
            _name(item),
            self.texts.expression(item["sqltext"]),
            self._comment(item.get("comment")),
            self._options(item.get("dialect_options") or {}),
        )

    # -- indexes --------------------------------------------------------------------------------
    def _index(self, item: Mapping[str, Any]) -> IndexRecord:
        names: Sequence[str | None] = item["column_names"]
        expressions: Sequence[str] = item.get("expressions") or ()
        sorting: Mapping[str, Sequence[str]] = item.get("column_sorting") or {}
        parts = []
        for number, name in enumerate(names):
            text = name if name is not None else expressions[number] if number < len(expressions) else ""
            options = sorted(_SORTING[word] for word in sorting.get(text, ()) if word in _SORTING)
            shown = str(text) if name is not None else self.texts.expression(text)
            parts.append(IndexPartRecord(shown, name is None, tuple(options)))
        return IndexRecord(
            _name(item),
            tuple(parts),
            bool(item.get("unique")),
            None,
            self._options(item.get("dialect_options") or {}),
        )

    def _options(self, given: Mapping[str, Any]) -> Options:
        """Return options of the dialect without its name before them."""
        said: dict[str, str] = {}
        for name, value in given.items():
            text = self.texts.option(value)
            if text:
                short = name.removeprefix(f"{self.dialect.name}_")
                said[short] = self.texts.expression(text) if short == "where" else text
        return tuple(sorted(said.items()))


def _name(item: Mapping[str, Any]) -> str | None:
    name = item.get("name")
    return None if name is None else str(name)
