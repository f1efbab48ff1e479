"""The order of objects that need each other."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

N = TypeVar("N")


def dependency_order(
    needs: Mapping[N, Collection[N]],
    priority: Callable[[N], Any],
    weakness: Callable[[N, N], int],
) -> tuple[list[N], set[tuple[N, N]]]:
    """Return the objects so that each comes after those that it needs, and the needs that are not met.

    Args:
        needs: What each object needs; what is no key of it is ignored.
        priority: What sorts the objects where their needs do not.
        weakness: How hard it is to do without a need; of a cycle, the least one is not met.
    """
    missing = {
        one: {other for other in needed if other in needs and other != one} for one, needed in needs.items()
    }
    users: dict[N, list[N]] = {one: [] for one in needs}
    for one, needed in missing.items():
        for other in needed:
            users[other].append(one)
    names = sorted(needs, key=priority)
    position = {one: number for number, one in enumerate(names)}
    ready = [position[one] for one in names if not missing[one]]
    done: list[N] = []
    placed: set[N] = set()
    unmet: set[tuple[N, N]] = set()
    first = 0
    while len(done) < len(names):
        if not ready:
            while names[first] in placed:
                first += 1
            one, other = _weakest_of_a_cycle(names[first], missing, position, weakness)
            unmet.add((one, other))
            missing[one].discard(other)
            if not missing[one]:
                heapq.heappush(ready, position[one])
            continue
        one = names[heapq.heappop(ready)]
        done.append(one)
        placed.add(one)
        for user in users[one]:
            if one in missing[user]:
                missing[user].discard(one)
                if not missing[user]:
                    heapq.heappush(ready, position[user])
    return done, unmet


def _weakest_of_a_cycle(
    start: N,
    missing: Mapping[N, Collection[N]],
    position: Mapping[N, int],
    weakness: Callable[[N, N], int],
) -> tuple[N, N]:
    """Walk from *start* along needs that are missing until they come round, and return one of the cycle."""
    path: dict[N, int] = {}
    one = start
    while one not in path:
        path[one] = len(path)
        one = min(missing[one], key=position.__getitem__)
    cycle = list(path)[path[one] :]
    pairs = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    return min(pairs, key=lambda pair: (weakness(*pair), position[pair[0]]))
