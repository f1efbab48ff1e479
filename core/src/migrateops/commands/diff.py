"""``diff``: what differs between two databases, models or snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.sides import (
    DATABASE,
    MODELS,
    Side,
    comparison,
    is_database,
    read_sides,
    visit_side,
)

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.runtime.migration import MigrationContext
    from migrateops.snapshot.changes import ObjectChange
    from migrateops.snapshot.snapshot import KindVersion


@dataclass(frozen=True)
class SchemaDiff:
    """What differs between two schemas.

    Attributes:
        differences: What becomes of each object, from the first schema to the second.
        not_compared: What was not looked at, one phrase each.
        notes: What differs and does not count, or one side does not have; one phrase each.
        uncompared: How many objects there are that were not looked at, by kind.
    """

    differences: tuple[ObjectChange, ...]
    not_compared: tuple[str, ...]
    notes: tuple[str, ...] = ()
    uncompared: Mapping[str, int] = field(default_factory=dict)


def diff(config: Config, first: str = DATABASE, second: str = MODELS) -> SchemaDiff:
    """Return what differs from one schema to another; writes nothing.

    A schema is ``database`` for the configured database, the name of one in the configuration, the
    url of one, ``models``, or the path of a file that ``snapshot`` wrote.  A database and the models
    are compared as autogenerate does, whatever revision the database is at; the rest as snapshots.

    Args:
        config: The configuration.
        first: Where the differences start from.
        second: Where they lead to.

    Raises:
        UnknownSide: One is none of these.
        BadSnapshot: A file is no snapshot, or one of a later format.
        DialectsDiffer: They are of different dialects.
        NothingInCommon: They have no kind of objects in common.
        DatabaseMissing: A url names a file that is not there.
        MigrateOpsError: A database cannot be reached, or refuses.
    """
    if second == MODELS and is_database(config, first):
        return _from_models(config, first)
    if first == MODELS and is_database(config, second):
        return _reversed(_from_models(config, second))
    here, there = read_sides(config, first, second)
    # What models leave out is what the server chooses: they are what the other side is measured by.
    if here.source == MODELS and there.source == DATABASE:
        return _reversed(_of_snapshots(there, here))
    return _of_snapshots(here, there)


def _reversed(found: SchemaDiff) -> SchemaDiff:
    changes = tuple(change.reversed() for change in found.differences)
    return replace(found, differences=changes)


def _from_models(config: Config, database: str) -> SchemaDiff:
    """Compare a database with the models, as autogenerate does."""
    found: list[SchemaDiff] = []

    def look(context: MigrationContext) -> None:
        from migrateops.autogenerate.compare import compare
        from migrateops.autogenerate.coverage import note_of_order
        from migrateops.autogenerate.described import changes_of

        if context.metadata is None:
            raise errors.runtime.NoModels
        comparing = comparison(context)
        operations = compare(comparing).flat()
        found.append(
            SchemaDiff(
                tuple(changes_of(operations, comparing)),
                tuple(comparing.coverage),
                (*comparing.notes, *note_of_order(comparing)),
                dict(comparing.uncompared),
            )
        )

    visit_side(config, database, look)
    return found[0]


def _of_snapshots(here: Side, there: Side) -> SchemaDiff:
    from migrateops.snapshot.changes import changes_between

    if here.dialect is not None and there.dialect is not None and here.dialect != there.dialect:
        raise errors.commands.DialectsDiffer(here.dialect, there.dialect)
    old, new = here.snapshot, there.snapshot
    both = old.versions & new.versions
    known = [which for which in both if which[0] in old.kinds and which[0] in new.kinds]
    if not known:
        raise errors.commands.NothingInCommon(_named(old.versions), _named(new.versions))
    exact = there.source == DATABASE or here.source == MODELS
    changes, notes = changes_between(old, new, known, exact=exact)
    notes += [f"{which}: no plugin here knows it" for which in _named(both.difference(known))]
    for side, other in ((here, there), (there, here)):
        notes += [
            f"{which}: only in {side.name}"
            for which in _named(side.snapshot.versions - other.snapshot.versions)
        ]
    left_out = [phrase for name, _ in sorted(known) for phrase in new.kinds[name].not_compared]
    return SchemaDiff(tuple(changes), tuple(left_out), tuple(notes))


def _named(versions: Iterable[KindVersion] | Any) -> tuple[str, ...]:
    return tuple(f"{kind} (version {version})" for kind, version in sorted(versions, key=str))
