"""Commands that only read: connecting to a database must not bring it into being."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from migrateops import current
from migrateops.errors.base import MigrateOpsError

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.pool import ConnectionPoolEntry

_lock = threading.Lock()
_watching = False


def watch() -> None:
    """Look at every connect from now on; those outside of a command that only reads are left alone."""
    global _watching
    with _lock:
        if not _watching:
            event.listen(Engine, "do_connect", _before_connect)
            _watching = True


def watch_url(url: str | URL) -> None:
    """Look at connects to a url also where its dialect does not let listeners on all engines hear.

    A class may say that it has no listeners, whatever those on its base say, and some do.  The dialect
    is imported.

    Args:
        url: A database url; nothing is done where it is none.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    watch()
    with suppress(ArgumentError, NoSuchModuleError, ImportError, ValueError):
        dialect: Any = make_url(url).get_dialect()
        with _lock:
            # SQLAlchemy has no public name for it; to listen on the class itself sets it.
            if not dialect._has_events:
                event.listen(dialect, "do_connect", _before_connect)


def _before_connect(
    dialect: Dialect, entry: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> None:
    frame = current.frame()
    environment = frame.environment if frame is not None else None
    if environment is None or not environment.context_opts.get("read_only"):
        return
    from migrateops.runtime.binding import pack_for

    before = (list(arguments), dict(options))
    with suppress(MigrateOpsError):
        # That there is no pack is said when the connection is configured.
        pack_for(dialect.name, environment.plugins).before_reading(arguments, options)
    if (arguments, options) != before:
        environment.stand_ins.append(entry)


def forget(stand_ins: list[Any]) -> None:
    """Have pools connect anew, to the real database, where they were given something else."""
    for entry in stand_ins:
        entry.invalidate(soft=True)
    stand_ins.clear()
