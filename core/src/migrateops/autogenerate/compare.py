"""Compare models with a database: read both, pair the objects, order what differs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from migrateops import errors
from migrateops.autogenerate.comparators import comparators
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.coverage import note_not_compared, note_part
from migrateops.autogenerate.order import dependency_order
from migrateops.autogenerate.renames import Renames
from migrateops.autogenerate.tables import ComparedTables
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops import ModifyTableOps, UpgradeOps
from migrateops.snapshot.kind import Key, Kind
from migrateops.snapshot.snapshot import Snapshot

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
    that it needs, and dropped before them.  ``context.coverage`` and
    ``context.uncompared`` get what was not compared.

    Args:
        context: The two sides.

    Raises:
        NothingToRead: There is no connection.
        TableInTwoModels: Two models are one table.
        ModelNotCompiled: A table of the models says what the dialect has no words for.
        ComparingFailed: A function of the project raised an error.
        WrongHookAnswer: A hook, or a function of the project, answered what makes no sense.
    """
    if context.connection is None:
        raise errors.autogenerate.NothingToRead
    upgrade = UpgradeOps()
    with _nothing_collected():
        comparators.call("autogenerate", context, upgrade, core=lambda: _compare(context, upgrade))
    return upgrade


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Let garbage lie for the block: records hold no circles.

    With the models of a thousand tables in memory, each full collection that the many new records set off
    takes half as long as the whole comparison.  What is left of them is put with the old objects, or the
    next small collection would look at all of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()


def _compare(context: AutogenContext, upgrade: UpgradeOps) -> None:
    schemas = set(context.compared_schemas)
    comparators.call("schema", context, upgrade, schemas, core=lambda: _of_core(context, upgrade))


def _of_core(context: AutogenContext, upgrade: UpgradeOps) -> None:
    """Put what core and plugins find into *upgrade*."""
    assert context.connection is not None
    if context.dialect.default_schema_name is None:
        # It was asked for when the engine first connected; a schema that env.py has made since is one now.
        level = context.dialect.default_isolation_level
        context.dialect.initialize(context.connection)
        # Which is that of the connection now, and is to be that of others.
        context.dialect.default_isolation_level = level
    tables = ComparedTables(context)
    # Two models for one table are refused before anything is read.
    _ = tables.definitions.models
    kinds: list[Kind[Any]] = [tables]
    for found in context.call_hook("migrateops_kinds"):
        kinds += found
    models = Snapshot.from_metadata(context.metadatas, context.dialect, kinds)
    schemas = context.read_schemas(key.schema for kind in kinds for key in models.of(kind.name))
    database = Snapshot.read(context.connection, schemas, kinds)
    note_not_compared(context, kinds)
    renames = Renames(context, tables, database, models)
    database = renames.applied(database)
    tables.definitions.records = database.of(tables.name)
    pairs = {pair.key: pair for kind in kinds for pair in _pairs(kind, database, models, context)}
    both = [pair for pair in pairs.values() if pair.kind is tables and _is_there(pair)]
    tables.differing.compare({pair.key: (pair.old, pair.new) for pair in both})
    renames.note_changed_places(tables.differing)
    _reflect_what_differs(tables, pairs.values(), context)
    chosen = {key: pair for key, pair in pairs.items() if _is_included(pair, tables, context)}
    made, dropped = _differences(chosen, tables)
    asked = [*_of_schemas(chosen.values(), kinds, context), *_of_tables(chosen.values(), made, tables)]
    renames.remark(made, dropped)
    upgrade.ops += [*renames.operations(), *made, *asked, *dropped]


def _pairs(kind: Kind[Any], database: Snapshot, models: Snapshot, context: AutogenContext) -> Iterator[Pair]:
    old, new = database.of(kind.name), models.of(kind.name)
    for key in sorted({*old, *new}, key=lambda key: key.sorting):
        had = old.get(key)
        if had is not None and not _is_read(kind, key, context):
            had = None
        has = new.get(key)
        part_of = getattr(had, "part_of", None)
        if has is None and part_of is not None:
            note_part(context, key, part_of)
            continue
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
    asks = tables.asks_of_all or context.asks_of_each
    every = asks or context.has_hook(TABLE_HOOK) or context.has_hook(COLUMNS_HOOK)
    tables.definitions.load(
        pair.key
        for pair in pairs
        if pair.kind is tables
        and pair.old is not None
        and (pair.new is None or every or pair.key in tables.failures or tables.differs(pair.old, pair.new))
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
        included = context.run_object_filters(tables.definitions.models[pair.key], name, kind, False, None)
        if included:
            tables.require_compiled(pair.key)
        return included
    if pair.key in tables.failures:
        model, database = tables.definitions.models[pair.key], tables.definitions.database(pair.key)
        if context.run_object_filters(model, name, kind, False, database):
            tables.require_compiled(pair.key)
        return False
    if context.asks_of_each:
        _ask_of_each(pair.key, tables, context)
    return True


def _ask_of_each(key: Key, tables: ComparedTables, context: AutogenContext) -> None:
    """Ask ``include_object`` about a table that both sides have, and its columns, whether they differ or not.

    The answers are kept for those that do.
    """
    model, database = tables.definitions.models[key], tables.definitions.database(key)
    if not context.run_object_filters(model, model.name, "table", False, database):
        return
    read = {column.name for column in tables.differing.present[key].columns}
    present = {str(column.name): column for column in database.columns if column.name in read}
    wanted = {str(column.name): column for column in model.columns if not column.system}
    for name, column in wanted.items():
        context.run_object_filters(column, column.name, "column", False, present.get(name))
    for name, column in present.items():
        if name not in wanted:
            context.run_object_filters(column, column.name, "column", True, None)


# -- order --------------------------------------------------------------------------------------
def _differences(
    pairs: Mapping[Key, Pair], tables: ComparedTables
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what makes and changes objects, and what drops objects."""
    kept = {key: pair for key, pair in pairs.items() if pair.new is not None and _may_differ(pair, tables)}
    gone = {key: pair for key, pair in pairs.items() if pair.new is None}
    kept_order, kept_unmet = _in_order(kept, tables, lambda pair: pair.new)
    gone_order, gone_unmet = _in_order(gone, tables, lambda pair: pair.old)
    if tables.context.adds_constraints:
        unmet = {(one, other) for one, other in kept_unmet if kept[other].old is None} | gone_unmet
        tables.apart = {pair for pair in unmet if all(key.kind == tables.name for key in pair)}
    made = [op for key in kept_order for op in kept[key].kind.diff(kept[key].old, kept[key].new)]
    given_up = tables.given_up_first(made, [key for key, pair in kept.items() if pair.old is None])
    first = tables.released_first([*given_up, *made], gone)
    drops = {key: list(gone[key].kind.diff(gone[key].old, None)) for key in reversed(gone_order)}
    before = [op for key, each in drops.items() if key in tables.dropped_first for op in each]
    dropped = [op for key, each in drops.items() if key not in tables.dropped_first for op in each]
    last = tables.referring_last(made)
    # What refers to another table goes before the key or the column there does, and comes after it.
    first = [*tables.removed_apart, *first, *given_up, *tables.given_up]
    return [*first, *before, *made, *last, *tables.added_apart], dropped


def _may_differ(pair: Pair, tables: ComparedTables) -> bool:
    if pair.old is None:
        return True
    return tables.differs(pair.old, pair.new) if pair.kind is tables else bool(pair.old != pair.new)


def _in_order(
    pairs: Mapping[Key, Pair], tables: ComparedTables, record: Callable[[Pair], Any]
) -> tuple[list[Key], set[tuple[Key, Key]]]:
    """Return objects after those that they need, and the needs of a circle that are not met."""

    def priority(key: Key) -> Any:
        # What tables may need without saying so in a record (a default's text) comes before them.
        return _is_there(pairs[key]), pairs[key].kind is tables, key.sorting

    def weakness(one: Key, other: Key) -> int:
        if _is_there(pairs[other]):
            return 0
        return 1 if one.kind == other.kind == tables.name else 2

    needs = {key: set(pair.kind.depends_on(record(pair))) for key, pair in pairs.items()}
    return dependency_order(needs, priority, weakness)


def _is_there(pair: Pair) -> bool:
    return pair.old is not None and pair.new is not None


# -- plugins ------------------------------------------------------------------------------------
def _of_schemas(
    pairs: Iterable[Pair], kinds: Iterable[Kind[Any]], context: AutogenContext
) -> Iterator[MigrateOperation]:
    if not context.has_hook(SCHEMA_HOOK):
        return
    listed = list(pairs)
    for kind in kinds:
        records = [(pair.new, pair.old) for pair in listed if pair.kind is kind]
        for answer in context.call_hook(SCHEMA_HOOK, kind=kind, pairs=records):
            yield from _operations(SCHEMA_HOOK, answer)


def _of_tables(
    pairs: Iterable[Pair], made: Iterable[MigrateOperation], tables: ComparedTables
) -> Iterator[MigrateOperation]:
    """Put what hooks answer about a table to its other changes; yield what has none yet."""
    context = tables.context
    if not (context.has_hook(TABLE_HOOK) or context.has_hook(COLUMNS_HOOK)):
        return
    changed = {(op.schema, op.table_name): op for op in made if isinstance(op, ModifyTableOps)}
    for pair in pairs:
        if pair.kind is not tables or not _is_there(pair):
            continue
        model, database = tables.definitions.models[pair.key], tables.definitions.database(pair.key)
        if not context.run_object_filters(model, model.name, "table", False, database):
            continue
        found = list(_of_table(model, database, context))
        holder = changed.get((model.schema, model.name))
        if holder is not None:
            holder.ops += found
        elif found:
            yield ModifyTableOps(model.name, found, schema=model.schema)


def _of_table(model: Table, database: Table, context: AutogenContext) -> Iterator[MigrateOperation]:
    for answer in context.call_hook(TABLE_HOOK, model=model, database=database):
        yield from _operations(TABLE_HOOK, answer)
    there = {str(column.name): column for column in database.columns}
    both = [(column, there[column.name]) for column in model.columns if column.name in there]
    for answer in context.call_hook(COLUMNS_HOOK, table=model, pairs=both):
        if not isinstance(answer, Mapping):
            raise errors.autogenerate.WrongHookAnswer(
                COLUMNS_HOOK, repr(answer), "a mapping of column names to operations"
            )
        for column, _ in both:
            if answer.get(column.name) is not None:
                yield from _operations(COLUMNS_HOOK, answer[column.name])


def _operations(hook: str, answer: Any) -> Iterator[MigrateOperation]:
    listed = [answer] if isinstance(answer, MigrateOperation) else answer
    if isinstance(listed, str) or not isinstance(listed, Iterable):
        raise errors.autogenerate.WrongHookAnswer(hook, repr(answer))
    for op in listed:
        if not isinstance(op, MigrateOperation):
            raise errors.autogenerate.WrongHookAnswer(hook, repr(op))
        yield op
