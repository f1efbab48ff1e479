"""A transaction that is not ours: how it ended, and whether anybody holds it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import Connection


class ForeignOutcome:
    """How the transaction that the caller owns ends, learnt from the connection's own events.

    Attributes:
        outcome: What was learnt so far.
        made_here: Whether ``env.py`` made the connection.
    """

    def __init__(self, connection: Connection, *, made_here: bool) -> None:
        from sqlalchemy import event

        self.outcome: Literal["open", "committed", "rolled back"] = "open"
        self.made_here = made_here
        self._connection = connection
        self._listening = True
        event.listen(connection, "commit", self._committed)
        event.listen(connection, "rollback", self._rolled_back)

    def forget(self) -> None:
        """Remove the listeners; not from inside of one, as the others are being called then."""
        from sqlalchemy import event

        if self._listening:
            self._listening = False
            event.remove(self._connection, "commit", self._committed)
            event.remove(self._connection, "rollback", self._rolled_back)

    def _committed(self, connection: Any) -> None:
        if self.outcome == "open":
            self.outcome = "committed"

    def _rolled_back(self, connection: Any) -> None:
        if self.outcome == "open":
            self.outcome = "rolled back"


class _Holder:
    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held


def _references(holder: Any, name: str) -> int:
    held = getattr(holder, name)
    return sys.getrefcount(held)


def held_elsewhere(connection: Connection) -> bool:
    """Say whether anything but the connection refers to its transaction.

    Counted against an object that is held once for certain, as interpreters differ in what they
    count besides.
    """
    once = _Holder(object())
    return _references(connection, "_transaction") > _references(once, "held")
