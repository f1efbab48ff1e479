"""What a server refuses while its schema is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects.hindrances import naming_hindrances

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.dialects.base import Dialect


@contextmanager
def reading(what: str, pack: Dialect, connection: Connection) -> Iterator[None]:
    """Say of an error of the driver in the block what could not be read.

    Args:
        what: What is read, as in ``"the tables"``.
        pack: The dialect's pack.
        connection: Where it is read.

    Raises:
        DatabaseLocked: Somebody else holds the database, longer than the driver waits.
        SchemaNotRead: The driver raised an error.
    """
    try:
        with naming_hindrances(pack, connection, f"{what} were not read"):
            yield
    except DBAPIError as exc:
        problem = " ".join(str(exc.orig or exc).split())
        raise errors.autogenerate.SchemaNotRead(what, problem) from exc
