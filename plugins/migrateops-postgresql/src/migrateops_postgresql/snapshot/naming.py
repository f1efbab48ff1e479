"""The names that the server gives to constraints that have none, and what it makes of long ones."""

from __future__ import annotations

from collections.abc import Collection

# NAMEDATALEN less the zero at the end.
_LONGEST = 63


def clipped(name: str) -> str:
    """Return a name as the server keeps it: its first 63 bytes, as far as they are whole characters."""
    if len(name) * 4 <= _LONGEST:
        return name
    return name.encode()[:_LONGEST].decode(errors="ignore")


def chosen(table: str, columns: Collection[str], label: str, taken: Collection[str]) -> str:
    """Return the name that the server chooses.

    Args:
        table: Name of the table.
        columns: Those that the name is made of; none for a primary key.
        label: What kind it is: ``pkey``, ``key``, ``fkey``, ``check`` or ``excl``.
        taken: Names that are taken already, to which it adds a number.
    """
    number = 0
    while True:
        name = _made(table, _joined(columns), f"{label}{number}" if number else label)
        if name not in taken:
            return name
        number += 1


def _joined(columns: Collection[str]) -> bytes | None:
    """Return the names of columns joined, up to where the server stops."""
    if not columns:
        return None
    joined = b""
    for name in columns:
        joined += (b"_" if joined else b"") + clipped(name).encode()
        if len(joined) > _LONGEST:
            break
    return joined


def _made(table: str, columns: bytes | None, label: str) -> str:
    first, second = clipped(table).encode(), columns or b""
    room = _LONGEST - len(label) - 1 - (columns is not None)
    one, other = len(first), len(second)
    # The longer of the two loses a byte, until both fit.
    while one + other > room:
        if one > other:
            one -= 1
        else:
            other -= 1
    parts = [first[:one]] if columns is None else [first[:one], second[:other]]
    return "_".join([*(part.decode(errors="ignore") for part in parts), label])
