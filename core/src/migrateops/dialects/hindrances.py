"""What is in the way of our own reading: a lock of somebody else's, or a connection that is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.errors.base import first_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.dialects.base import Dialect


@contextmanager
def naming_hindrances(pack: Dialect, connection: Connection, undone: str) -> Iterator[None]:
    """Say of a driver's error in the block, or of one that it has caused, if it is about one of these.

    Args:
        pack: The dialect's pack.
        connection: What the block uses.
        undone: What is not done then, as a sentence.

    Raises:
        DatabaseLocked: Somebody else holds the database, longer than the driver waits.
        DatabaseLost: The connection was lost.
    """
    started = time.monotonic()
    try:
        yield
    except Exception as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        kind = pack.error_kind(cause) if isinstance(cause, DBAPIError) else None
        database = connection.engine.url.database
        if kind == "locked":
            raise errors.database.DatabaseLocked(database, time.monotonic() - started, undone) from cause
        if kind == "lost" and cause is not None:
            raise errors.database.DatabaseLost(database, first_line(cause), undone) from cause
        raise
