"""The one place of ambient state: which environment this context of execution is in.

A ``ContextVar`` holds a *frame*, and all state hangs on the frame object, never on the
variable: what is set inside ``asyncio.run`` does not come back, an attribute does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class Frame:
    """One active environment.

    Attributes:
        environment: The ``EnvironmentContext``, or None when a ``MigrationContext`` is used alone.
        operations: The ``Operations`` that ``migrateops.op`` stands for, while a script runs.
        known: What those have looked up, read here as it is faster.
        registrations: What code executed for this environment alone has registered.
        parent: The frame this one is nested in.
    """

    __slots__ = ("closed", "environment", "known", "operations", "parent", "registrations")

    def __init__(self, parent: Frame | None, environment: Any = None, operations: Any = None) -> None:
        self.parent = parent
        self.environment = environment
        self.operations = operations
        self.known: Any = getattr(operations, "known", None)
        self.registrations: Any = parent.registrations if parent is not None else None
        self.closed = False


_frame: ContextVar[Frame | None] = ContextVar("migrateops.frame", default=None)
innermost = _frame.get
"""Return the innermost environment, which may be closed; ``frame()`` for who has no hurry."""
headers_only: ContextVar[bool] = ContextVar("migrateops.headers_only", default=False)
"""True while a script is executed for its header alone; every name of ``op`` is accepted then."""


def frame() -> Frame | None:
    """Return the innermost environment that is still open, or None."""
    found = _frame.get()
    while found is not None and found.closed:
        found = found.parent
    return found


@contextmanager
def entered(*, environment: Any = None, operations: Any = None) -> Iterator[Frame]:
    """Make a frame the current one; inside an environment, the new frame is nested in it."""
    outer = frame()
    inner = Frame(outer, environment or getattr(outer, "environment", None), operations)
    token = _frame.set(inner)
    try:
        yield inner
    finally:
        inner.closed = True
        inner.known = None
        try:
            _frame.reset(token)
        except ValueError:
            # Left in another context than it was entered in (async fixtures do that): the frame
            # is marked closed, which every context that still sees it honours.
            pass


@contextmanager
def reading_headers() -> Iterator[None]:
    """Accept every name of ``op`` while a script is executed for its header."""
    token = headers_only.set(True)
    try:
        yield
    finally:
        headers_only.reset(token)
