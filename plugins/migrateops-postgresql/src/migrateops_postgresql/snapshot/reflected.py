"""Reflected tables as people write them: with all that there is, and without what goes without saying."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, TextClause, quoted_name, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, REAL
from sqlalchemy.schema import DefaultClause

from migrateops.snapshot.spacing import spaced
from migrateops_postgresql import canonical
from migrateops_postgresql.snapshot import inheritance

if TYPE_CHECKING:
    from sqlalchemy import Column, Constraint, Index, Table
    from sqlalchemy.types import TypeEngine

    from migrateops.snapshot.records import TableRecord

_QUOTES = postgresql.dialect(paramstyle="named").identifier_preparer  # type: ignore[no-untyped-call]
_NULLS = "postgresql_nulls_not_distinct"
_LITERAL = re.compile(r"(?P<value>'(?:[^']|'')*')::(?P<type>[^':]+)")
# So the server writes a number with a sign.
_NUMBER = re.compile(r"'(?P<value>-\d+)'::integer|'(?P<fraction>-\d+\.\d+)'::numeric")
_SIZE = re.compile(r"\([^()]*\)")
# What the server calls them behind a literal.
_SHORT = {"bpchar": "char"}


def complete(table: Table, record: TableRecord) -> None:
    """Make a reflected table one that a person would write.

    Args:
        table: The table, changed in place.
        record: What the reader made of it.
    """
    types = {column.name: column.type for column in record.columns}
    for column in table.columns:
        written = types.get(str(column.name), "")
        column.type = _plain_type(column.type, written.count("[]"))
        _without_cast(column, written)
    options = dict(record.options)
    above = tuple(
        name if schema is None else _in_schema(schema, name) for schema, name in inheritance.parents(record)
    )
    if above:
        table.dialect_kwargs["postgresql_inherits"] = above
    if "partition_by" in options:
        table.dialect_kwargs["postgresql_partition_by"] = spaced(options["partition_by"])
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in items:
        if item.dialect_kwargs.get(_NULLS) is False:
            del item.dialect_kwargs[_NULLS]


def _in_schema(schema: str, name: str) -> quoted_name:
    """Return the name of a table of another schema as SQL: INHERITS has no words for the schema."""
    return quoted_name(f"{_QUOTES.quote(schema)}.{_QUOTES.quote(name)}", quote=False)


def _plain_type(type_: TypeEngine[Any], dimensions: int) -> Any:
    made: Any = type_
    if isinstance(type_, DOUBLE_PRECISION | REAL) and type_.precision is not None:
        # That is what these types are, whatever their precision.
        made = copy.copy(type_)
        made.precision = None
    elif isinstance(type_, ARRAY):
        made = copy.copy(type_)
        made.item_type = _plain_type(type_.item_type, 0)
        if dimensions > 1:
            # SQLAlchemy's reflection does not tell how many.
            made.dimensions = dimensions
    return made


def _without_cast(column: Column[Any], type_: str) -> None:
    """Take the cast to the column's own type off a default, and the quotes off a number with a sign."""
    default = column.server_default
    if not isinstance(default, DefaultClause) or not isinstance(default.arg, TextClause):
        return
    said = default.arg.text
    number = _NUMBER.fullmatch(said)
    if number is not None:
        default.arg = text(number["value"] or number["fraction"])
        return
    literal = _LITERAL.fullmatch(said)
    if literal is not None and _of(literal["type"]) == _SIZE.sub("", type_):
        default.arg = text(literal["value"])


def _of(cast: str) -> str:
    """Return the type of a cast as records have it, without its size."""
    array = "[]" * cast.count("[]")
    name = cast.removesuffix(array) if array else cast
    if not name.startswith('"') and "." not in name:
        name = canonical.type_name(name)
    name = _SIZE.sub("", name)
    return f"{_SHORT.get(name, name)}{array}"
