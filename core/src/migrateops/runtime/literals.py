"""Values in place of parameters, also those that SQLAlchemy has no literal of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import CompileError

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

    from migrateops.dialects.base import Dialect


def literal_compiler(base: type[SQLCompiler], pack: Dialect) -> Callable[..., SQLCompiler]:
    """Return the compiler *base* with a dialect's pack behind it.

    Bytes are the pack's from the start: SQLAlchemy decodes them, and what their text means as a
    literal is another matter.
    """
    inherited: Any = base

    class LiteralCompiler(inherited):  # type: ignore[misc]
        def render_literal_value(self, value: Any, type_: Any) -> str:
            failed: CompileError | None = None
            if not isinstance(value, bytes | bytearray | memoryview):
                try:
                    return str(super().render_literal_value(value, type_))
                except CompileError as error:
                    failed = error
            try:
                return pack.literal(value, type_, self.dialect)
            except CompileError as error:
                # What was said first names the value and its type.
                raise failed or error from None

    made: Callable[..., SQLCompiler] = LiteralCompiler
    return made
