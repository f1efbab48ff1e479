"""The base of every error: a code, one line with the values, notes and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(eq=False)
class MigrateOpsError(Exception):
    """Something a user can act on; one subclass per fact.

    A subclass is a dataclass (``eq=False``, never frozen: the interpreter assigns
    ``__traceback__``) whose fields are the values of the fact.  It sets ``code`` and writes
    ``message()``; ``hint()`` is for the one thing to do that is right in most cases.
    """

    code: ClassVar[str] = "MO000"

    def message(self) -> str:
        """Return what is wrong, in lower case, one line, with the values."""
        raise NotImplementedError

    def hint(self) -> str | None:
        """Return the one thing to do, or None."""
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """The ``while:`` lines, innermost first."""
        return tuple(getattr(self, "__notes__", ()))

    def __str__(self) -> str:
        return self.message()

    def __post_init__(self) -> None:
        # Exception.__reduce__ rebuilds from args, so that errors travel between processes.
        self.args = tuple(getattr(self, field.name) for field in fields(self))

    def report(self) -> str:
        """Return the whole text: ``error[CODE]: ...``, ``while:`` lines, ``hint:`` line."""
        lines = [f"error[{self.code}]: {self.message()}"]
        lines += [f"  while: {note}" for note in self.notes]
        hint = self.hint()
        if hint:
            lines.append(f"  hint: {hint}")
        return "\n".join(lines)


def quoted(names: Iterable[str], *, limit: int = 8) -> str:
    """Return ``'a', 'b' and 3 more`` for a message."""
    listed = [repr(name) for name in names]
    if len(listed) > limit:
        return f"{', '.join(listed[:limit])} and {len(listed) - limit} more"
    return ", ".join(listed)


def closest(given: str, known: Iterable[str]) -> str | None:
    """Return the known name that *given* was most likely meant to be, or None."""
    import difflib

    matches = difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
