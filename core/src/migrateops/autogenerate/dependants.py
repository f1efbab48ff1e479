"""Foreign keys that have to go while what they refer to is made anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from migrateops.autogenerate.items import columns_of
from migrateops.snapshot.difference import Difference, What
from migrateops.snapshot.kind import Key
from migrateops.snapshot.records import ForeignKeyRecord, IndexRecord, TableRecord

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


def _made_anew(found: Sequence[Difference]) -> Iterator[frozenset[str]]:
    for one in found:
        if one.what in _KEYS and one.old is not None and one.attribute != "comment":
            if isinstance(one.old, IndexRecord) and not one.old.unique:
                continue
            yield frozenset(columns_of(one.old))


def _is_same(one: ForeignKeyRecord, other: ForeignKeyRecord) -> bool:
    unnamed = [dataclasses.replace(key, name=None, comment=None) for key in (one, other)]
    return unnamed[0] == unnamed[1]
