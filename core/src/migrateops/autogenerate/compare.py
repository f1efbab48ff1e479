"""Compare models with a database: read both, pair the objects, order what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.order import dependency_order
from migrateops.autogenerate.tables import ComparedTables
from migrateops.errors.autogenerate import NothingToRead, WrongHookAnswer
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops import ModifyTableOps, UpgradeOps
from migrateops.snapshot.kind import Key, Kind
from migrateops.snapshot.snapshot import Snapshot
from migrateops.snapshot.tables import TableRecord

SCHEMA_HOOK = "migrateops_compare_schema"
TABLE_HOOK = "migrateops_compare_table"
COLUMNS_HOOK = "migrateops_compare_columns"


@dataclass(frozen=True)
class Pair:
    """An object as the two sides have it; None where a side does not have it."""

    key: Key
    kind: Kind[Any]
    old: Any
    new: Any


def compare(context: AutogenContext) -> UpgradeOps:
    """Return the operations that make the database like the models.

    What is made comes first, then what is changed, then what is dropped; each object after those
    that it needs, and dropped before them.  ``context.coverage`` gets what was not compared.

    Args:
        context: The two sides.
    """
    if context.connection is None:
        raise NothingToRead
    tables = ComparedTables(context)
    kinds: list[Kind[Any]] = [tables]
    for found in context.call_hook("migrateops_kinds"):
        kinds += found
    database = Snapshot.read(context.connection, context.read_schemas, kinds)
    models = Snapshot.from_metadata(context.metadatas, context.dialect, kinds)
    pairs = {pair.key: pair for kind in kinds for pair in _pairs(kind, database, models, context)}
    _reflect_what_differs(tables, pairs.values(), context)
    chosen = {key: pair for key, pair in pairs.items() if _is_included(pair, tables, context)}
    for kind in kinds:
        context.coverage += [line for line in kind.not_compared if line not in context.coverage]
    return UpgradeOps([*_differences(chosen, tables), *_from_hooks(chosen, kinds, tables, context)])


def _pairs(
    kind: Kind[Any], database: Snapshot, models: Snapshot, context: AutogenContext
) -> Iterator[Pair]:
    old, new = database.of(kind.name), models.of(kind.name)
    for key in sorted({*old, *new}, key=lambda key: key.sorting):
        had = old.get(key)
        if had is not None and not _is_read(kind, key, context):
            had = None
        has = new.get(key)
        if has is None and key.schema not in context.compared_schemas:
            # Of a schema that only the models name, nothing but theirs is looked at.
            continue
        if had is not None or has is not None:
            yield Pair(key, kind, had, has)


def _is_read(kind: Kind[Any], key: Key, context: AutogenContext) -> bool:
    if isinstance(kind, ComparedTables):
        return context.includes_table(key.schema, key.name)
    return context.run_name_filters(key.name, kind.name, {"schema_name": key.schema})


def _reflect_what_differs(tables: ComparedTables, pairs: Iterable[Pair], context: AutogenContext) -> None:
    every = context.has_hook(TABLE_HOOK) or context.has_hook(COLUMNS_HOOK)
    tables.definitions.load(
        pair.key
        for pair in pairs
        if pair.kind is tables
        and pair.old is not None
        and (pair.new is None or every or tables.differs(pair.old, pair.new))
    )


def _is_included(pair: Pair, tables: ComparedTables, context: AutogenContext) -> bool:
    """Ask ``include_object`` about an object that one side does not have, or a plugin's pair."""
    name, kind = pair.key.name, pair.kind.name
    if pair.kind is not tables:
        shown, other = (pair.old, None) if pair.new is None else (pair.new, pair.old)
        return context.run_object_filters(shown, name, kind, pair.new is None, other)
    if pair.new is None:
        return context.run_object_filters(tables.definitions.database(pair.key), name, kind, True, None)
    if pair.old is None:
        return context.run_object_filters(tables.definitions.models[pair.key], name, kind, False, None)
    return True


# -- order --------------------------------------------------------------------------------------
def _differences(pairs: Mapping[Key, Pair], tables: ComparedTables) -> Iterator[MigrateOperation]:
    kept = {key: pair for key, pair in pairs.items() if pair.new is not None and _may_differ(pair, tables)}
    dropped = {key: pair for key, pair in pairs.items() if pair.new is None}
    made_order, made_unmet = _in_order(kept, tables, lambda pair: pair.new)
    drop_order, drop_unmet = _in_order(dropped, tables, lambda pair: pair.old)
    if tables.context.adds_constraints:
        tables.apart = {
            (one, other)
            for one, other in made_unmet | drop_unmet
            if one.kind == other.kind == tables.name and (kept.get(other) or dropped[other]).old is not (
                kept[other].new if other in kept else None
            )
        }
    yield from ()


def _may_differ(pair: Pair, tables: ComparedTables) -> bool:
    if pair.old is None:
        return True
    return tables.differs(pair.old, pair.new) if pair.kind is tables else bool(pair.old != pair.new)


def _in_order(
    pairs: Mapping[Key, Pair], tables: ComparedTables, record: Callable[[Pair], Any]
) -> tuple[list[Key], set[tuple[Key, Key]]]:
    raise NotImplementedError
