"""Column types of a project, and other things that scripts import by module."""

from __future__ import annotations

import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, UserDefinedType


class Colour(enum.Enum):
    RED = 1
    LIGHT_BLUE = 2


class Lowered(TypeDecorator[str]):
    """A decorator without a constructor of its own: it takes what its type takes."""

    impl = sa.String
    cache_ok = True


class Money(TypeDecorator[Any]):
    """A decorator whose constructor takes something else than its type does."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, currency: str, *, places: int = 2) -> None:
        super().__init__(precision=12, scale=places)
        self.currency = currency
        self.places = places


class Forgetful(TypeDecorator[Any]):
    """A decorator that does not keep what it was given."""

    impl = sa.String
    cache_ok = True

    def __init__(self, secret: str) -> None:
        super().__init__(len(secret))


class Written(UserDefinedType[Any]):
    """A type that says itself what its call is."""

    cache_ok = True

    def __init__(self, *parts: int) -> None:
        self.parts = parts

    def get_col_spec(self, **kw: Any) -> str:
        return "WRITTEN"

    def __repr__(self) -> str:
        return f"Written({', '.join(map(str, self.parts))})"


class Point(UserDefinedType[Any]):
    """A type with plain parameters."""

    cache_ok = True

    def __init__(self, dimensions: int = 2, of: Any = None) -> None:
        self.dimensions = dimensions
        self.of = of

    def get_col_spec(self, **kw: Any) -> str:
        return f"POINT({self.dimensions})"

    class Nested(UserDefinedType[Any]):
        cache_ok = True

        def get_col_spec(self, **kw: Any) -> str:
            return "NESTED"


class Unreadable(UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "X"

    def __repr__(self) -> str:
        return "<what is this>"


class Place(UserDefinedType[Any]):
    """A type that SQLAlchemy does not know when it reads it."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "POINT"
