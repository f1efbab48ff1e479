"""One run at a time in this process; the engine lets only one process write to a file."""

from __future__ import annotations

import threading

_HELD: set[str] = set()
_GUARD = threading.Lock()


class ProcessLock:
    """A name that one holder in this process has.

    Args:
        name: What is locked: the file, by its full path.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._taken = False

    def try_acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now."""
        with _GUARD:
            if not self._taken and self.name not in _HELD:
                _HELD.add(self.name)
                self._taken = True
        return self._taken

    def held(self) -> bool:
        """Say whether the lock is held; nothing but ``release()`` ends that."""
        return self._taken

    def release(self) -> None:
        """Give the lock back."""
        with _GUARD:
            if self._taken:
                _HELD.discard(self.name)
                self._taken = False
