"""What models say of the names that their tables and columns had before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrateops import errors

HINT = "renamed_from"
"""In ``info`` of a Table or a Column: the name that it had, or a list of all names that it had."""

Names = Mapping[str, tuple[str, ...]]


def hinted(items: Iterable[Any]) -> list[Any]:
    """Return those of tables or columns of the models that have a hint."""
    # Asking for ``info`` would make a dictionary for each of thousands that have none.
    return [item for item in items if "info" in item.__dict__ and HINT in item.info]


def hint(item: Any, where: str) -> tuple[str, ...]:
    """Return the names that a table or a column of the models had.

    Args:
        item: The Table or the Column.
        where: What it is called in errors.

    Raises:
        WrongRenameHint: It is no name, or the one that it has.
    """
    said = item.info[HINT]
    names = (said,) if isinstance(said, str) else said
    if not isinstance(names, list | tuple) or not names or not all(map(_is_name, names)):
        raise errors.autogenerate.WrongRenameHint(
            where, repr(said), "it is neither a name nor a list of names"
        )
    if item.name in names:
        raise errors.autogenerate.WrongRenameHint(where, repr(said), "that is its present name")
    return tuple(map(str, names))


def _is_name(said: Any) -> bool:
    return isinstance(said, str) and bool(said)


def followed(
    have: Collection[str], hints: Names, where: str, fits: Callable[[Mapping[str, str]], bool]
) -> dict[str, str]:
    """Return which names of the database become which of the models: old by new.

    A hint whose old name is not there, or whose new one is, no longer applies.

    Args:
        have: The names that there are.
        hints: The names that each of the models had; those without a hint are left out.
        where: What they are names of, in errors.
        fits: Says of names that change places whether they have not done so yet.

    Raises:
        AmbiguousRename: A hint names two that are there, or two hints name one.
    """
    found: dict[str, str] = {}
    going_on = True
    while going_on:
        going_on = False
        for new, names in hints.items():
            if new in found or (new in have and new not in found.values()):
                continue
            there = [name for name in names if name in have]
            if not there:
                continue
            if len(there) > 1:
                raise errors.autogenerate.AmbiguousRename(where, tuple(there), (new,))
            rival = next((one for one, old in found.items() if old == there[0]), None)
            if rival is not None:
                raise errors.autogenerate.AmbiguousRename(where, (there[0],), (rival, new))
            found[new] = there[0]
            going_on = True
    left = {
        new: there[0]
        for new, names in hints.items()
        if new in have and new not in found and len(there := [name for name in names if name in have]) == 1
    }
    for circle in _circles(left):
        if fits(circle):
            found |= circle
    return found


def _circles(old_by_new: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the names that change places with each other."""
    seen: set[str] = set()
    for start in old_by_new:
        path: list[str] = []
        name = start
        while name in old_by_new and name not in seen:
            seen.add(name)
            path.append(name)
            name = old_by_new[name]
        if name in path:
            yield {new: old_by_new[new] for new in path[path.index(name) :]}


def in_steps(old_by_new: Mapping[str, str], taken: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield renames ``(old, new)`` in an order in which each new name is free.

    Args:
        old_by_new: The old name for each new one.
        taken: Names that are no free ones for what has to go out of the way.
    """
    left = {old: new for new, old in old_by_new.items()}
    while left:
        old = next((old for old, new in left.items() if new not in left), None)
        if old is not None:
            yield old, left.pop(old)
            continue
        old = next(iter(left))
        aside = next(name for name in _asides(old) if name not in taken and name not in left)
        left[aside] = left.pop(old)
        yield old, aside


def _asides(name: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"{name[:40]}_{number}"
        number += 1


def described(names: Sequence[str]) -> str:
    """Return names as people read them."""
    return " and ".join(repr(str(name)) for name in names)
