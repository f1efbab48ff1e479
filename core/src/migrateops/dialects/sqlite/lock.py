"""A lock file beside the database: a lock inside it would stand in the way of the migration itself."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from migrateops import errors

if TYPE_CHECKING:
    from sqlalchemy import Engine

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


# There, a file that is open cannot be removed.
_REMOVED_WHEN_CLOSED = sys.platform == "win32"

# Each time but the last, somebody else has given the lock back in between.
_TRIES = 100

_HELD_BY_ANOTHER = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}


class FileLock:
    """Hold a file locked; the operating system frees it with the process.

    It is there while it is held, and is removed by whoever holds it.  Whoever has opened it before, and
    locks it after, holds what nobody else sees: so it is looked up again once it is locked.  That of a
    process that was killed is taken over by the next one.

    Args:
        path: The file, made if it is not there.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now.

        Raises:
            LockUnavailable: The file cannot be made, or the file system has no locks, or no lasting numbers
                of files.
        """
        if self._descriptor is not None:
            return True
        for _ in range(_TRIES):
            descriptor = self._opened()
            if descriptor is None:
                return False
            if _is_at(descriptor, self.path):
                self._descriptor = descriptor
                return True
            os.close(descriptor)
        raise errors.lock.LockUnavailable(f"the file system does not say which file {self.path!r} is")

    def _opened(self) -> int | None:
        """Return the file, opened and locked; None where somebody else holds it."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError as exc:
            raise errors.lock.LockUnavailable(str(exc)) from exc
        try:
            _lock(descriptor)
        except OSError as exc:
            os.close(descriptor)
            if exc.errno in _HELD_BY_ANOTHER:
                return None
            raise errors.lock.LockUnavailable(f"{exc}: {self.path!r}") from exc
        return descriptor

    def held(self) -> bool:
        """Say whether the lock is held; nothing but ``release()`` ends that."""
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock back, and remove the file, where the directory lets it be removed."""
        if self._descriptor is None:
            return
        # Not the one that another run has made since somebody removed this one by hand.
        if not _REMOVED_WHEN_CLOSED and _is_at(self._descriptor, self.path):
            self._remove()
        os.close(self._descriptor)
        self._descriptor = None
        if _REMOVED_WHEN_CLOSED:
            # Refused where somebody else has opened it by now.
            self._remove()

    def _remove(self) -> None:
        with suppress(OSError):
            Path(self.path).unlink()


def _is_at(descriptor: int, path: str) -> bool:
    """Say whether an open file is the one that has this path."""
    try:
        return os.path.samestat(os.fstat(descriptor), Path(path).stat())
    except OSError:
        return False


def lock(engine: Engine, key: str) -> FileLock | None:
    """Return the lock of a database file; None in memory, where nobody else is.

    Args:
        engine: An engine on the database.
        key: What is locked; a file holds one database, so that its name is the key.

    Raises:
        LockUnavailable: The url does not say plainly which file it is.
    """
    database = engine.url.database
    if not database or database in (":memory:", "file::memory:") or "mode=memory" in str(engine.url):
        return None
    if database.startswith("file:"):
        raise errors.lock.LockUnavailable("the database is named by a file: uri")
    # resolve(): the same database by another name has the same lock.
    file = Path(database).resolve()
    return FileLock(str(file.with_name(f"{file.name}.migrateops-lock")))
