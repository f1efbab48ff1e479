"""What PostgreSQL has to be told where the type of a column changes, and which types are new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Boolean, Enum, Float, Numeric, String, Text, bindparam, text
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM, NamedType
from sqlalchemy.types import Integer, NullType, TypeDecorator, TypeEngine

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect

# In some versions of SQLAlchemy a Float is a Numeric, in others it is none.
_NUMBERS = (Integer, Numeric, Float)
_LABELS = text(
    "SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)"
    " FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
    " WHERE t.typname IN :names GROUP BY 1, 2 ORDER BY 1, 2"
)
_EXISTS = text("SELECT to_regtype(:name) IS NOT NULL")


def using(column: str, old: TypeEngine[Any], new: TypeEngine[Any], dialect: Dialect) -> str | None:
    """Return the expression that makes values of *old* into such of *new*, where the server needs one.

    It makes anything into text by itself, and text into nothing; nor numbers into truth values, and
    values of one enum into those of another.

    Args:
        column: Name of the column, unquoted.
        old: The type of the values.
        new: The type that they are to have.
        dialect: What names are quoted with.
    """
    name = _plain(dialect.identifier_preparer.quote(column), dialect)
    was: Any = _inner(old, dialect)
    is_: Any = _inner(new, dialect)
    array = "[]" * (_dimensions(old, dialect) or 0)
    becomes_array = bool(_dimensions(new, dialect) and not array)
    if isinstance(was, NullType) or isinstance(is_, NullType) or (_is_text(is_) and not becomes_array):
        return None
    written = _plain(new.compile(dialect=dialect), dialect)
    if becomes_array:
        return f"{name}::{written}" if _is_text(was) else None
    if _name(was) is not None and _name(was) == _name(is_):
        return None
    if _is_text(was) or isinstance(is_, NamedType):
        between = "" if _is_text(was) else f"::text{array}"
        return f"{name}{between}::{written}"
    if isinstance(was, Boolean) and isinstance(is_, _NUMBERS):
        return f"{name}::integer::{written}" if not array else None
    if isinstance(is_, Boolean) and isinstance(was, _NUMBERS):
        return f"{name} <> 0" if not array else None
    return None


def rewrites(old: str, new: str) -> bool:
    """Say whether expressions on a column have other casts when its type is another.

    Args:
        old: The type, in canonical form.
        new: The new one.
    """
    one, other = (type_.partition("(")[0] for type_ in (old, new))
    return one != other and not {one, other} <= {"text", "varchar"}


def _plain(compiled: str, dialect: Dialect) -> str:
    """Return SQL with its percent signs as people write them: for some drivers they are doubled."""
    return compiled.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else compiled


def drops_of_types(connection: Connection, types: Sequence[TypeEngine[Any]]) -> list[str]:
    """Return DROP statements, as text() takes them, for enums and domains that are not there yet."""
    dialect: Any = connection.dialect
    found: dict[str, str] = {}
    for type_ in types:
        inner = _inner(type_, dialect)
        if not isinstance(inner, NamedType) or not inner.create_type:
            continue
        written = _plain(dialect.identifier_preparer.format_type(inner), dialect)
        if written not in found and not connection.scalar(_EXISTS, {"name": written}):
            kind = "DOMAIN" if isinstance(inner, DOMAIN) else "TYPE"
            found[written] = f"DROP {kind} IF EXISTS {written}".replace(":", "\\:")
    return list(found.values())


def notes_of_types(connection: Connection, types: Sequence[TypeEngine[Any]]) -> Iterator[str]:
    """Yield which values of enums the models and the database do not have in common."""
    dialect: Any = connection.dialect
    own = dialect.default_schema_name
    wanted: dict[tuple[Any, Any], Any] = {}
    for type_ in types:
        inner: Any = _inner(type_, connection.dialect)
        if isinstance(inner, ENUM):
            wanted.setdefault((inner.schema or own, inner.name), inner.enums)
    if not wanted:
        return
    named = _LABELS.bindparams(bindparam("names", type_=Text(), expanding=True))
    for schema, name, labels in connection.execute(named, {"names": [name for _, name in wanted]}):
        values = wanted.get((schema, name))
        if values is None:
            continue
        added = [value for value in values if value not in labels]
        new = ", ".join(map(repr, added))
        old = ", ".join(repr(value) for value in labels if value not in values)
        if new:
            adds = _adding(ENUM(name=name, schema=None if schema == own else schema), added[0], dialect)
            yield f"enum {name!r}: only the models have {new}; a script adds it with op.execute({adds!r})"
        if old:
            yield f"enum {name!r}: only the database has {old}, which stays"


def _adding(enum: ENUM, value: str, dialect: Any) -> str:
    """Return what adds a value to an enum, as ``op.execute()`` takes it."""
    written, literal = (
        _plain(dialect.identifier_preparer.format_type(enum), dialect),
        value.replace("'", "''"),
    )
    # The value stays on the way back, so that it may be there.
    return f"ALTER TYPE {written} ADD VALUE IF NOT EXISTS '{literal}'".replace(":", "\\:")


def is_named(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Say whether a type, or that of its elements, has a name of its own: an enum, a domain."""
    return isinstance(_inner(type_, dialect), NamedType)


def _layers(type_: TypeEngine[Any], dialect: Dialect) -> Iterator[TypeEngine[Any]]:
    """Yield what a type is here: the type of its decorator, the elements of its array."""
    impl: Any = type_.dialect_impl(dialect)
    if isinstance(impl, TypeDecorator):
        yield from _layers(impl.impl_instance, dialect)
        return
    yield impl
    if isinstance(impl, ARRAY):
        yield from _layers(impl.item_type, dialect)


def _inner(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return list(_layers(type_, dialect))[-1]


def _dimensions(type_: TypeEngine[Any], dialect: Dialect) -> int:
    return sum(isinstance(layer, ARRAY) for layer in _layers(type_, dialect))


def _name(type_: Any) -> tuple[Any, Any] | None:
    return (type_.schema, type_.name) if _has_name(type_) else None


def _has_name(type_: Any) -> bool:
    return isinstance(type_, NamedType)


def _is_text(type_: TypeEngine[Any]) -> bool:
    """Say whether the server has a type as text: an enum is a String in SQLAlchemy."""
    return isinstance(type_, String) and not (isinstance(type_, NamedType) or _is_native(type_))


def _is_native(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, Enum) and type_.native_enum
