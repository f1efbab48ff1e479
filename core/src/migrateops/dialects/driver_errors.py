"""The exceptions of drivers, behind those of SQLAlchemy."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from migrateops.dialects.base import ErrorKind

KindOf = Callable[[BaseException], "ErrorKind | None"]


def of_driver(kind_of: KindOf) -> KindOf:
    """Let a function that says what a driver's exception is about be asked of SQLAlchemy's as well.

    One with which the connection was given up is ``"lost"``; of others the function gets the driver's.
    """

    @functools.wraps(kind_of)
    def error_kind(exception: BaseException) -> ErrorKind | None:
        if not isinstance(exception, DBAPIError):
            return kind_of(exception)
        return "lost" if exception.connection_invalidated else kind_of(exception.orig or exception)

    return error_kind
