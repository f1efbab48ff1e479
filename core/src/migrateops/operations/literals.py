"""A value that is always rendered as a literal, never sent as a bound parameter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter
from sqlalchemy.ext.compiler import compiles


class InlineLiteral(BindParameter[Any]):
    """A literal: quoting and escaping are those of its type on the dialect."""

    # The value is part of the SQL: a statement with another value is another statement.
    inherit_cache = False

    def __init__(self, value: Any, type_: Any = None) -> None:
        super().__init__(None, value, type_=type_, unique=True)


@compiles(InlineLiteral)
def _inline(element: InlineLiteral, compiler: Any, **kw: Any) -> str:
    rendered: str = compiler.render_literal_bindparam(element, **kw)
    return rendered
