"""What is the same, whether it is said or not, on every dialect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from migrateops.snapshot.records import (
    CheckRecord,
    ForeignKeyRecord,
    IdentityRecord,
    IndexRecord,
    KeyRecord,
    OtherConstraintRecord,
)

Named = TypeVar("Named", KeyRecord, ForeignKeyRecord, CheckRecord, IndexRecord, OtherConstraintRecord)

# The largest values of the types that number rows; the end of a sequence of that type.
_LARGEST = (2**15 - 1, 2**31 - 1, 2**63 - 1)


def sorted_by_name(records: Collection[Named]) -> tuple[Named, ...]:
    """Return constraints or indexes in the order that records have: by name, then by what they say."""
    if len(records) < 2:
        return tuple(records)
    names = {record.name for record in records}
    if len(names) == len(records):
        return tuple(sorted(records, key=lambda record: record.name or ""))
    return tuple(sorted(records, key=lambda record: (record.name or "", repr(record))))


def action(said: str | None) -> str | None:
    """Return what a foreign key does, in lower case; None for nothing."""
    found = " ".join(said.lower().split()) if said else None
    return None if found == "no action" else found


def initially(said: str | None) -> str | None:
    """Return ``"deferred"``, or None for what is checked at once."""
    return "deferred" if said is not None and said.lower() == "deferred" else None


def identity_record(said: Mapping[str, Any]) -> IdentityRecord:
    """Return the record of an identity; what the server takes by itself is None.

    Args:
        said: What is said of it, by the names of SQLAlchemy's ``Identity``.
    """

    def number(name: str, usual: Iterable[int]) -> int | None:
        value = said.get(name)
        return None if value is None or value in usual else int(value)

    increment = number("increment", (1,))
    down = increment is not None and increment < 0
    largest = _LARGEST if not down else (-1,)
    smallest = (1,) if not down else tuple(-value - 1 for value in _LARGEST)
    lowest, highest = number("minvalue", smallest), number("maxvalue", largest)
    first = (highest if highest is not None else -1) if down else (lowest if lowest is not None else 1)
    return IdentityRecord(
        always=bool(said.get("always")),
        start=number("start", (first,)),
        increment=increment,
        minvalue=lowest,
        maxvalue=highest,
        cycle=True if said.get("cycle") else None,
        cache=number("cache", (1,)),
    )
