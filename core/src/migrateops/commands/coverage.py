"""``coverage``: what a database has and no comparison looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrateops.commands.sides import comparison, kinds_of, visit
from migrateops.errors.mask import shown
from migrateops.plugins.known import KNOWN_OPERATIONS

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.plugins.manager import Plugins
    from migrateops.runtime.migration import MigrationContext


@dataclass(frozen=True, slots=True)
class ObjectName:
    """A schema object.

    Attributes:
        schema: Its schema; None for the connection's default schema.
        name: Its name.
    """

    schema: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ComparedKind:
    """A kind of objects that is compared.

    Attributes:
        kind: Its name.
        objects: How many there are.
        left_out: What of them is not compared, one phrase each.
    """

    kind: str
    objects: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UncomparedKind:
    """A kind of objects that is there, and not compared.

    Attributes:
        kind: Its name.
        objects: Those that are there.
        plugin: The distribution that would compare it; None if none is known.
    """

    kind: str
    objects: tuple[ObjectName, ...]
    plugin: str | None


@dataclass(frozen=True, slots=True)
class PartOfOther:
    """An object that is read, but never dropped by itself.

    Attributes:
        kind: Its kind.
        schema: Its schema; None for the connection's default schema.
        name: Its name.
        part_of: What it belongs to.
    """

    kind: str
    schema: str | None
    name: str
    part_of: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a database is compared, and what is not.

    Attributes:
        database: Its url, without its password.
        compared: The kinds that are compared.
        not_compared: What is there of others.
        part_of: Objects that belong to others.
    """

    database: str
    compared: tuple[ComparedKind, ...]
    not_compared: tuple[UncomparedKind, ...]
    part_of: tuple[PartOfOther, ...]


def coverage(config: Config) -> tuple[Coverage, ...]:
    """Return what of each database of the project is compared, and what is not; writes nothing.

    Raises:
        MigrateOpsError: A database cannot be reached, or refuses.
    """
    found: list[Coverage] = []
    visit(config, lambda context: found.append(_of(context)))
    return tuple(found)


def _of(context: MigrationContext) -> Coverage:
    from migrateops.snapshot.reading import reading

    comparing = comparison(context)
    connection, schemas = comparing.connection, comparing.compared_schemas
    assert connection is not None
    compared: list[ComparedKind] = []
    parts: list[PartOfOther] = []
    kinds = kinds_of(comparing)
    for kind in kinds:
        count = 0
        for record in kind.read(connection, schemas):
            count += 1
            belongs = getattr(record, "part_of", None)
            if belongs is not None:
                parts.append(PartOfOther(*kind.key(record), part_of=belongs))
        compared.append(ComparedKind(kind.name, count, tuple(kind.not_compared)))
    names = {kind.name for kind in kinds}
    others: dict[str, list[ObjectName]] = {}
    with reading("objects besides tables", comparing.pack, connection):
        unread = list(comparing.pack.unread(connection, schemas))
    for which, schema, name in unread:
        if which not in names:
            others.setdefault(which, []).append(ObjectName(schema, name))
    return Coverage(
        database=shown(connection.engine.url),
        compared=tuple(compared),
        not_compared=tuple(
            UncomparedKind(which, tuple(objects), _plugin(which, context.plugins))
            for which, objects in sorted(others.items())
        ),
        part_of=tuple(parts),
    )


def _plugin(kind: str, plugins: Plugins) -> str | None:
    """Return the distribution that has the operation that makes objects of a kind, installed or not."""
    from migrateops.plugins.discovery import OPERATIONS

    operation = f"create_{kind.replace(' ', '_')}"
    offers = plugins.discovery.offers[OPERATIONS].get(operation, ())
    return next((advert.distribution for advert in offers), KNOWN_OPERATIONS.get(operation))
