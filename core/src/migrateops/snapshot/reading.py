"""What a server refuses while its schema is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from migrateops.errors.autogenerate import SchemaNotRead


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Say of an error of the driver in the block what could not be read.

    Args:
        what: What is read, as in ``"the tables"``.

    Raises:
        SchemaNotRead: The driver raised an error.
    """
    try:
        yield
    except DBAPIError as exc:
        problem = " ".join(str(exc.orig or exc).split())
        raise SchemaNotRead(what, problem) from exc
