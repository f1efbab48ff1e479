"""What does not differ, and has to go while what it is on changes, and come again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from migrateops.autogenerate.items import columns_of, mentions
from migrateops.snapshot.difference import CONSTRAINTS, Difference, What
from migrateops.snapshot.kind import Key
from migrateops.snapshot.records import ColumnRecord, ForeignKeyRecord, IndexRecord, KeyRecord, TableRecord

_KEYS = (What.PRIMARY_KEY, What.UNIQUE, What.INDEX)


def held_up(
    found: Mapping[Key, Sequence[Difference]],
    present: Mapping[Key, TableRecord],
    wanted: Mapping[Key, TableRecord],
) -> Iterator[tuple[Key, Difference]]:
    """Yield foreign keys that do not differ, of keys that are dropped and added: with their tables.

    Servers drop no key, not even for another name of it, while a foreign key depends on it.

    Args:
        found: The differences of each table.
        present: The records of the database.
        wanted: The records of the models.
    """
    anew = {(key.schema, key.name, on) for key, listed in found.items() for on in _made_anew(listed)}
    if not anew:
        return
    for key, old in present.items():
        for reference in old.foreign_keys:
            on = frozenset(reference.referred_columns)
            if (reference.referred_schema, reference.referred_table, on) not in anew:
                continue
            if any(one.old is reference for one in found.get(key, ())):
                continue
            same = next((one for one in wanted[key].foreign_keys if _is_same(one, reference)), None)
            if same is not None:
                yield key, Difference(What.FOREIGN_KEY, reference.name, None, reference, same)


def retyped(
    found: Mapping[Key, Sequence[Difference]],
    present: Mapping[Key, TableRecord],
    wanted: Mapping[Key, TableRecord],
    rewrites: Callable[[str, str], bool],
) -> Iterator[tuple[Key, Difference]]:
    """Yield what does not differ, and does not get over a change of a type: with its table.

    A foreign key both sides of which change, as the types do not fit in between; and what holds an
    expression that the server would write anew.

    Args:
        found: The differences of each table.
        present: The records of the database.
        wanted: The records of the models.
        rewrites: Says of two types whether expressions are written anew.
    """
    changed: dict[tuple[str | None, str], dict[str, bool]] = {}
    for key, listed in found.items():
        for one in listed:
            if one.what == What.COLUMN and one.attribute == "type":
                of_table = changed.setdefault((key.schema, key.name), {})
                of_table[str(one.name)] = rewrites(one.old, one.new)
    for key, old in present.items():
        columns = changed.get((key.schema, key.name))
        if columns is None:
            continue
        anew = [name for name, rewritten in columns.items() if rewritten]
        differing = {id(one.old) for one in found.get(key, ())}
        for kind, of in CONSTRAINTS:
            for item in of(old):
                if id(item) in differing:
                    continue
                if isinstance(item, ForeignKeyRecord):
                    there = changed.get((item.referred_schema, item.referred_table), {})
                    pairs = zip(item.columns, item.referred_columns, strict=False)
                    goes = any(one in columns and other in there for one, other in pairs)
                else:
                    goes = _is_written(item) and any(mentions(item, name) for name in anew)
                same = next((one for one in of(wanted[key]) if goes and _is_same(one, item)), None)
                if same is not None:
                    yield key, Difference(kind, item.name, None, item, same)


def left_behind(
    found: Mapping[Key, Sequence[Difference]],
    present: Mapping[Key, TableRecord],
    wanted: Mapping[Key, TableRecord],
    parents: Callable[[TableRecord], Sequence[Key]],
    goes: Callable[[Key, str], bool],
) -> Iterator[tuple[Key, Difference]]:
    """Yield columns that a table keeps where those that it has them from lose them: with the table.

    Args:
        found: The differences of each table.
        present: The records of the database.
        wanted: The records of the models.
        parents: Returns the tables that a table has columns from.
        goes: Says whether filters let a column go that is to.
    """
    losing = {
        (key, str(one.name))
        for key, listed in found.items()
        for one in listed
        if one.what == What.COLUMN and one.attribute is None and one.new is None
    }
    if not losing:
        return

    def above(key: Key, column: ColumnRecord) -> list[tuple[Key, str]]:
        # Of a table that was not read nothing is known: it may keep the column.
        listed = parents(present[key])
        return [(up, column.name) for up in listed if up not in present or _has(present[up], column)]

    left = [
        (key, column, above(key, column))
        for key, old in present.items()
        for column in old.columns
        if column.inherited and not _has(wanted[key], column)
    ]
    gone = {one for one in losing if left and goes(*one)}
    while lost := [one for one in left if gone.issuperset(one[2]) and one[2]]:
        for one in lost:
            key, column, _ = one
            left.remove(one)
            if column.own and not goes(key, column.name):
                continue
            gone.add((key, column.name))
            if column.own:
                yield key, Difference(What.COLUMN, column.name, None, column, None)


def _has(table: TableRecord, column: ColumnRecord) -> bool:
    return any(one.name == column.name for one in table.columns)


def _is_written(item: Any) -> bool:
    """Say whether a constraint or an index holds an expression."""
    if isinstance(item, IndexRecord):
        return any(part.expression for part in item.parts) or "where" in dict(item.options)
    return not isinstance(item, KeyRecord)


def _made_anew(found: Sequence[Difference]) -> Iterator[frozenset[str]]:
    for one in found:
        if one.what in _KEYS and one.old is not None and one.attribute != "comment":
            if isinstance(one.old, IndexRecord) and not one.old.unique:
                continue
            yield frozenset(columns_of(one.old))


def _is_same(one: Any, other: Any) -> bool:
    unnamed = [dataclasses.replace(key, name=None, comment=None) for key in (one, other)]
    return bool(unnamed[0] == unnamed[1])
