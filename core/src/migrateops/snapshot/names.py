"""How records name schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Unsaid(str):
    """A name that the server would choose for something that the models leave without one.

    It is equal to the name itself; what has another name in the database is not renamed for it.
    """

    __slots__ = ()


def own_schema(schema: str | None, dialect: Dialect) -> str | None:
    """Return a schema's name as keys have it: None for the connection's default schema."""
    return None if schema is None or schema == dialect.default_schema_name else str(schema)
