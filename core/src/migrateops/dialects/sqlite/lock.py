"""A lock file beside the database: a lock inside it would stand in the way of the migration itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class FileLock:
    """Hold a file locked; the operating system frees it with the process.

    The file stays: whoever deleted it could delete the one that somebody else has just locked.

    Args:
        path: The file, made if it is not there.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        if not _try_lock(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def held(self) -> bool:
        """Say whether the lock is held; nothing but ``release()`` ends that."""
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock(engine: Engine, key: str) -> FileLock | None:
    """Return the lock of a database file; None in memory, and where no file can be put beside it.

    Args:
        engine: An engine on the database.
        key: What is locked; a file holds one database, so that its name is the key.
    """
    database = engine.url.database
    if (
        not database
        or database == ":memory:"
        or database.startswith("file:")
        or "mode=memory" in str(engine.url)
    ):
        return None
    # resolve(): the same database by another name has the same lock.
    file = Path(database).resolve()
    beside = file.with_name(f"{file.name}.migrateops-lock")
    if not os.access(beside if beside.exists() else beside.parent, os.W_OK):
        return None
    return FileLock(str(beside))
