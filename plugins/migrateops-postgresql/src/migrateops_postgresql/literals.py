"""Values as SQL literals, where SQLAlchemy has none or one that the server reads otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, String, literal
from sqlalchemy.dialects.postgresql import DOMAIN, Range
from sqlalchemy.engine import Dialect as SQLAlchemyDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine


def without_renderer(value: Any, type_: TypeEngine[Any], dialect: SQLAlchemyDialect) -> str | None:
    """Return the literal of a value of a type that SQLAlchemy writes none of, or None.

    A string of unknown type is what the server reads as a value of the column's type.
    """
    if isinstance(type_, DOMAIN):
        known: Any = literal(value, type_.data_type)
        return str(known.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    if isinstance(value, Range):
        return _quoted(str(value), dialect)
    if isinstance(value, list | tuple) and all(isinstance(item, Range) for item in value):
        return _quoted(f"{{{','.join(map(str, value))}}}", dialect)
    if isinstance(value, str):
        return _quoted(value, dialect)
    return str(value) if type(value) is int else None


def _quoted(text: str, dialect: SQLAlchemyDialect) -> str:
    return str(literal(text, String()).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def array_compiler(base: type[SQLCompiler]) -> type[SQLCompiler]:
    """Return the compiler *base* with the type behind each array, and with intervals that keep their days.

    The server takes ``ARRAY['a']`` for one of text, which becomes no other by itself, and nothing at all of
    ``ARRAY[]``.
    """
    inherited: Any = base

    class ArrayCompiler(inherited):  # type: ignore[misc]
        def render_literal_value(self, value: Any, type_: Any) -> str:
            if isinstance(type_, TypeDecorator) and isinstance(value, list | tuple):
                value = type_.process_bind_param(value, self.dialect)
                return str(self.render_literal_value(value, type_.load_dialect_impl(self.dialect)))
            if isinstance(type_, ARRAY) and isinstance(value, list | tuple):
                written = self._items(value, type_) if value else "'{}'"
                return f"{written}::{self.dialect.type_compiler_instance.process(type_)}"
            if isinstance(value, timedelta):
                parts = (value.days, "days"), (value.seconds, "seconds"), (value.microseconds, "microseconds")
                return f"'{' '.join(f'{number} {unit}' for number, unit in parts)}'::interval"
            return str(super().render_literal_value(value, type_))

        def _items(self, value: Any, type_: Any) -> str:
            items = (
                self._items(item, type_)
                if isinstance(item, list | tuple)
                else "NULL"
                if item is None
                else str(self.render_literal_value(item, type_.item_type))
                for item in value
            )
            return f"ARRAY[{', '.join(items)}]"

    made: type[SQLCompiler] = ArrayCompiler
    return made
