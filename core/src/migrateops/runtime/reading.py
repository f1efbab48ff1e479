"""Commands that only read: connecting to a database must not bring it into being."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from migrateops import current
from migrateops.errors.base import MigrateOpsError

if TYPE_CHECKING:
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
