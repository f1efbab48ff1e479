"""The order of the columns of a new table."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

from migrateops import errors
from migrateops.dialects.sqlite.batch.definition import Column


def moved(columns: Sequence[Column], column: Column, beside: Column, before: bool) -> list[Column]:
    """Return the columns with one of them put directly before or behind another."""
    if column is beside:
        return list(columns)
    others = [other for other in columns if other is not column]
    others.insert(others.index(beside) + (not before), column)
    return others


def reordered(names: Sequence[str], groups: Sequence[Sequence[str]], table: str) -> list[str]:
    """Return the names so that those of each group stand in its order; the others stay as far as they can.

    Raises:
        ImpossibleOrder: The groups contradict each other.
    """
    if not groups:
        return list(names)
    position = {name: at for at, name in enumerate(names)}
    behind: dict[str, list[str]] = {name: [] for name in names}
    waiting = dict.fromkeys(names, 0)
    for group in groups:
        for one, other in pairwise(group):
            behind[one].append(other)
            waiting[other] += 1
    ready = [position[name] for name in names if not waiting[name]]
    heapify(ready)
    order: list[str] = []
    while ready:
        name = names[heappop(ready)]
        order.append(name)
        for other in behind[name]:
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, position[other])
    if len(order) < len(names):
        raise errors.batch.ImpossibleOrder(table, tuple(name for name in names if waiting[name]))
    return order
