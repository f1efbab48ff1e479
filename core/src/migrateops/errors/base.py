"""The base of every error: a code, one line with the values, notes and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class MigrateOpsError(Exception):
    """Something a user can act on; one subclass per fact.

    A subclass declares the values of the fact as a dataclass does, by annotations: these are its
    parameters, in their order, and its attributes.  It sets ``code`` and writes ``message()``;
    ``hint()`` is for the one thing to do that is right in most cases.  The code of a project may raise this
    class itself, with a text.
    """

    code: ClassVar[str] = "MO000"

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """Return the names of the values, those of base classes first."""
        # Asked for where an error is made: doing it for each class when it is defined takes longer than many
        # a command, and having dataclasses generate the methods longer still.
        bases = (base for base in reversed(cls.__mro__) if issubclass(base, MigrateOpsError))
        declared = (item for base in bases for item in base.__annotations__.items())
        return tuple(dict.fromkeys(name for name, kind in declared if "ClassVar" not in str(kind)))

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self.fields()
        if not fields and type(self).message is MigrateOpsError.message and not named:
            # Raised, or inherited from, by a program that has a text and no fact of its own.
            super().__init__(*values)
            return
        given = {**dict(zip(fields, values, strict=False)), **named}
        known = len(given) == len(values) + len(named) and given.keys() <= set(fields)
        # A default is an attribute of the class.
        if not known or not all(name in given or hasattr(self, name) for name in fields):
            raise TypeError(f"{type(self).__name__} takes ({', '.join(fields)})")
        # Exception.__reduce__ rebuilds from args, so that errors travel between processes.
        super().__init__(*(given[name] if name in given else getattr(self, name) for name in fields))
        # Last, as an AttributeError has set its own ``name`` to None.
        for name, value in given.items():
            setattr(self, name, value)

    def message(self) -> str:
        """Return what is wrong, in lower case, one line, with the values."""
        return " ".join(map(str, self.args))

    def hint(self) -> str | None:
        """Return the one thing to do, or None."""
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """The ``while:`` lines, innermost first."""
        return tuple(getattr(self, "__notes__", ()))

    def __str__(self) -> str:
        return self.message()

    def as_dict(self) -> dict[str, Any]:
        """Return code, message, notes and hint by name, as ``--json`` prints an error."""
        return {
            "code": self.code,
            "message": self.message(),
            "notes": list(self.notes),
            "hint": self.hint(),
        }

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


CONNECTING = "connecting to "
"""What the note on a driver's error begins with that was raised while a connection was made."""

TRACEBACK = "--debug shows the traceback"
"""What a hint ends with where code of the project's own has raised."""


def shortened(text: str) -> str:
    """Return a statement, or a value, on one line, cut to what a message can hold."""
    line = " ".join(text[:400].split())
    return line if len(line) <= 80 else f"{line[:77]}..."


def first_line(error: BaseException) -> str:
    """Return an exception, or that of the driver behind it, as its type and the first line of its text."""
    origin = getattr(error, "orig", None) or error
    lines = str(origin).strip().splitlines()
    return f"{type(origin).__name__}: {lines[0]}" if lines else type(origin).__name__


def closest(given: str, known: Iterable[str]) -> str | None:
    """Return the known name that *given* was most likely meant to be, or None."""
    import difflib

    matches = difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
