"""What has to be set for one identity column to become another."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from sqlalchemy import Identity

_GREATEST = frozenset({2**15 - 1, 2**31 - 1, 2**63 - 1})
_LEAST = frozenset({-(2**15), -(2**31), -(2**63)})


class _Settings(NamedTuple):
    """What an identity column does, what is left out filled in; None for no limit."""

    generated: str
    increment: int
    minvalue: int | None
    maxvalue: int | None
    start: int
    cache: int
    cycle: bool


def changes(old: Identity, new: Identity) -> list[str]:
    """Return the clauses of ALTER COLUMN, none where the two are equal.

    ``START WITH`` is what a later RESTART goes back to; the next value stays what it is, but where no
    value of before can be one: the server refuses that.
    """
    before, after = _settings(old), _settings(new)
    # Counting in the other direction has other limits, which the server does not set by itself.
    turned = frozenset({"minvalue", "maxvalue"} if before.increment * after.increment < 0 else ())
    texts = {
        "generated": f"GENERATED {after.generated}",
        "increment": f"INCREMENT BY {after.increment}",
        "minvalue": f"MINVALUE {after.minvalue}" if after.minvalue is not None else "NO MINVALUE",
        "maxvalue": f"MAXVALUE {after.maxvalue}" if after.maxvalue is not None else "NO MAXVALUE",
        "start": f"START WITH {after.start}",
        "cache": f"CACHE {after.cache}",
        "cycle": "CYCLE" if after.cycle else "NO CYCLE",
    }
    clauses = [
        f"SET {text}"
        for name, text in texts.items()
        if name in turned or getattr(before, name) != getattr(after, name)
    ]
    (least, greatest), (new_least, new_greatest) = _range(before), _range(after)
    return [*clauses, "RESTART"] if greatest < new_least or least > new_greatest else clauses


def _range(settings: _Settings) -> tuple[float, float]:
    rising = settings.increment > 0
    least = settings.minvalue if settings.minvalue is not None else (1 if rising else -inf)
    greatest = settings.maxvalue if settings.maxvalue is not None else (inf if rising else -1)
    return least, greatest


def _settings(identity: Identity) -> _Settings:
    increment = identity.increment if identity.increment is not None else 1
    rising = increment > 0
    least = None if identity.nominvalue else identity.minvalue
    greatest = None if identity.nomaxvalue else identity.maxvalue
    # A reflected identity names the limits that the server has by itself.
    if least is not None and (least == 1 if rising else least in _LEAST):
        least = None
    if greatest is not None and (greatest in _GREATEST if rising else greatest == -1):
        greatest = None
    first = least if rising else greatest
    if first is None:
        first = 1 if rising else -1
    return _Settings(
        generated="ALWAYS" if identity.always else "BY DEFAULT",
        increment=increment,
        minvalue=least,
        maxvalue=greatest,
        start=identity.start if identity.start is not None else first,
        cache=identity.cache if identity.cache is not None else 1,
        cycle=bool(identity.cycle),
    )
