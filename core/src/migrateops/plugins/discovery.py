"""Find what installed distributions advertise: metadata only, no plugin is imported."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

import functools
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.plugins.installed import Installed, entry_points, installed

OPERATIONS = "migrateops.operations"
IMPLEMENTATIONS = "migrateops.implementations"
DIALECTS = "migrateops.dialects"
PROBES = "migrateops.probes"
PLUGINS = "migrateops.plugins"
COMMANDS = "migrateops.commands"
EXAMPLES = "migrateops.examples"
PROJECTS = "migrateops.projects"

_WORD = "[a-z][a-z0-9_]*"
# Compiled where they are needed: most runs see names of two groups.
_MODULE = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"
_OBJECT = rf"{_MODULE}:{_MODULE}"
_DIALECT_NAME = r"[A-Za-z]\w*"


class _Grammar(NamedTuple):
    """How the names and values of a group are written."""

    name: str
    names: str
    value: str = _OBJECT
    values: str = "module:object"


_GROUPS = {
    OPERATIONS: _Grammar(_WORD, "a method name in lower case, such as create_sequence"),
    IMPLEMENTATIONS: _Grammar(
        rf"[A-Za-z]\w*\.({_WORD}|[A-Z]\w*)", "<dialect>.<operation> or <dialect>.<OperationClass>"
    ),
    DIALECTS: _Grammar(_DIALECT_NAME, "a dialect name of SQLAlchemy"),
    PROBES: _Grammar(_DIALECT_NAME, "a dialect name of SQLAlchemy", _MODULE, "module"),
    PLUGINS: _Grammar(_WORD, "an identifier in lower case"),
    COMMANDS: _Grammar("[a-z][a-z0-9-]*", "a verb in lower case"),
    EXAMPLES: _Grammar(_WORD, "an identifier in lower case"),
    PROJECTS: _Grammar(_WORD, "an identifier in lower case"),
}


def normalise(name: str) -> str:
    """Return the one spelling of a distribution's name: ``Acme_Ops`` is ``acme-ops``."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Advert(NamedTuple):
    """One entry point of a distribution.

    Attributes:
        distribution: The distribution's normalised name.
        version: Its version.
        group: The entry-point group, ``migrateops.operations``.
        name: The entry point's name.
        value: ``module:object``, or ``module`` for a probe.
    """

    distribution: str
    version: str
    group: str
    name: str
    value: str

    @property
    def module(self) -> str:
        """The module that loading it imports."""
        return self.value.partition(":")[0]

    @property
    def entry_point(self) -> str:
        """``[group] name = value``."""
        return f"[{self.group}] {self.name} = {self.value}"

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} {self.entry_point}"


class Distribution(NamedTuple):
    """An installed distribution that advertises something.

    Attributes:
        name: The normalised name.
        version: The version.
        place: The metadata directory.
        requires: Its ``Requires-Dist`` lines.
        adverts: Its entry points, sorted.
    """

    name: str
    version: str
    place: str
    requires: tuple[str, ...] = ()
    adverts: tuple[Advert, ...] = ()


class Discovery:
    """What is on the path.

    Attributes:
        distributions: The distributions that advertise something, by name, sorted.
        faults: What was ignored, and distributions that are there in two versions.
        path: The directories that were read.
    """

    def __init__(
        self,
        distributions: Mapping[str, Distribution] | None = None,
        faults: tuple[MigrateOpsError, ...] = (),
        path: tuple[str, ...] = (),
    ) -> None:
        self.distributions = distributions or {}
        self.faults = faults
        self.path = path

    @functools.cached_property
    def adverts(self) -> tuple[Advert, ...]:
        """Every entry point, sorted by distribution."""
        return tuple(advert for dist in self.distributions.values() for advert in dist.adverts)

    @functools.cached_property
    def offers(self) -> Mapping[str, Mapping[str, tuple[Advert, ...]]]:
        """The entry points by group, then by name."""
        offers: dict[str, dict[str, tuple[Advert, ...]]] = {group: {} for group in _GROUPS}
        for advert in self.adverts:
            names = offers[advert.group]
            names[advert.name] = (*names.get(advert.name, ()), advert)
        return offers

    def version_of(self, distribution: str) -> str | None:
        """Return the version of any installed distribution, also of one that advertises nothing."""
        if distribution in self.distributions:
            return self.distributions[distribution].version
        import importlib_metadata

        for found in importlib_metadata.distributions(name=distribution, path=list(self.path)):
            head = _head(found)
            if head.version:
                return head.version
        return None


def search_path(path: Iterable[str]) -> tuple[str, ...]:
    """Return a path without the working directory and without places that are on it twice.

    ``python -m`` and ``prepend_sys_path`` put the working directory there; nothing that happens
    to lie in it is a plugin.
    """
    here = os.path.realpath(os.curdir)
    places: dict[str, str] = {}
    for entry in path:
        real = os.path.realpath(entry)
        if real != here:
            places.setdefault(real, os.fspath(entry))
    return tuple(places.values())


def discover(path: Sequence[str] | None = None) -> Discovery:
    """Read the entry points of the distributions on a path; the answer is kept per path.

    Args:
        path: The directories; ``sys.path`` when omitted. Who prepends to ``sys.path`` for the
            project's own modules gives the path as it was before. The working directory is left
            out in any case.
    """
    return _discover(search_path(sys.path if path is None else path))


def forget() -> None:
    """Make the next `discover` look again, after something was installed into this process."""
    _discover.cache_clear()
    # It has a memory of its own, if it was needed.
    if module := sys.modules.get("importlib_metadata"):
        module.MetadataPathFinder.invalidate_caches()


@functools.lru_cache(maxsize=32)
def _discover(path: tuple[str, ...]) -> Discovery:
    found: dict[str, Distribution] = {}
    faults: list[MigrateOpsError] = []
    for dist in _distributions(path, faults):
        first = found.setdefault(dist.name, dist)
        if first.version != dist.version:
            faults.append(
                errors.plugins.DuplicateDistribution(
                    dist.name, first.version, first.place, dist.version, dist.place
                )
            )
    distributions: dict[str, Distribution] = {}
    for name in sorted(found):
        dist = found[name]
        adverts = tuple(_checked(dist.adverts, faults))
        distributions[name] = Distribution(name, dist.version, dist.place, dist.requires, adverts)
    return Discovery(distributions, tuple(faults), path)


def _distributions(path: tuple[str, ...], faults: list[MigrateOpsError]) -> Iterator[Distribution]:
    """Yield the distributions that advertise something, in the order of an import."""
    for directory in path:
        # Per directory and sorted, as a file system lists in any order.
        for place, dist in sorted(installed(directory).items()):
            try:
                found = _read(dist, place)
            except Exception as error:
                faults.append(errors.plugins.UnreadableMetadata(place, f"{type(error).__name__}: {error}"))
                continue
            if isinstance(found, Distribution):
                yield found
            elif found is not None:
                faults.append(found)


def _read(dist: Installed, place: str) -> Distribution | MigrateOpsError | None:
    # Most distributions are strangers: their entry points are not parsed, their METADATA is not read.
    text = dist.read_text("entry_points.txt") or ""
    if "migrateops." not in text:
        return None
    ours = [entry for entry in entry_points(text) if entry.group.startswith("migrateops.")]
    if not ours:
        return None
    head = _head(dist)
    if not (head.name and head.version):
        return errors.plugins.UnreadableMetadata(
            place, "it has entry points, and no METADATA with name and version"
        )
    name = normalise(head.name)
    adverts = (Advert(name, head.version, e.group, e.name, e.value) for e in ours)
    return Distribution(name, head.version, place, head.requires, tuple(sorted(adverts)))


class _Head(NamedTuple):
    name: str | None
    version: str | None
    requires: tuple[str, ...]


def _head(dist: Installed) -> _Head:
    """Read the header lines of METADATA as text: the parser for mail headers is slow to import."""
    text = dist.read_text("METADATA") or dist.read_text("PKG-INFO") or ""
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip().lower(), []).append(value.strip())
    name, version = (fields.get(key, [None])[0] for key in ("name", "version"))
    return _Head(name, version, tuple(fields.get("requires-dist", ())))


def _checked(adverts: Iterable[Advert], faults: list[MigrateOpsError]) -> Iterator[Advert]:
    """Yield the entry points that are written as their group asks."""
    previous: Advert | None = None
    for advert in adverts:
        problem = _problem(advert)
        if (
            problem is None
            and previous is not None
            and (previous.group, previous.name) == (advert.group, advert.name)
        ):
            problem = f"the distribution offers {previous.value!r} under the same name"
        if problem is None:
            yield advert
            previous = advert
        else:
            faults.append(
                errors.plugins.BadEntryPoint(advert.distribution, advert.version, advert.entry_point, problem)
            )


def _problem(advert: Advert) -> str | None:
    grammar = _GROUPS.get(advert.group)
    if grammar is None:
        return f"there is no group {advert.group!r} in this version"
    if not re.fullmatch(grammar.name, advert.name):
        return f"its name is not {grammar.names}"
    if not re.fullmatch(grammar.value, advert.value):
        return f"its value is not {grammar.values}"
    return None
