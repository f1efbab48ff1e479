"""Who is in the way, where a statement of our own waits for a lock in vain."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from migrateops.errors.database import DatabaseLocked

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.dialects.base import Dialect


@contextmanager
def naming_locks(pack: Dialect, connection: Connection, undone: str) -> Iterator[None]:
    """Say of a driver's error in the block, or one that it has caused, that it is about a lock, if it is.

    Args:
        pack: The dialect's pack.
        connection: What the block uses.
        undone: What is not done then, as a sentence.

    Raises:
        DatabaseLocked: Somebody else holds the database, longer than the driver waits.
    """
    started = time.monotonic()
    try:
        yield
    except Exception as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        if not isinstance(cause, DBAPIError) or pack.error_kind(cause) != "locked":
            raise
        waited = time.monotonic() - started
        raise DatabaseLocked(connection.engine.url.database, waited, undone) from cause
