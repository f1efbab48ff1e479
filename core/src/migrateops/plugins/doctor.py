"""What is installed, what takes part, and what is wrong with it: data for the commands that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from migrateops import errors
from migrateops.errors.base import MigrateOpsError, closest
from migrateops.plugins.discovery import (
    COMMANDS,
    DIALECTS,
    IMPLEMENTATIONS,
    OPERATIONS,
    PLUGINS,
    Advert,
    Distribution,
    normalise,
)
from migrateops.plugins.hooks import HookObject, check_hooks, hook_names, in_order
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import Blocked


@dataclass(frozen=True)
class Finding:
    """One thing that `diagnose` or a plugin's ``migrateops_doctor`` found.

    Attributes:
        message: What was found, in one line.
        hint: The one thing to do, or None.
        level: ``"error"`` makes the command fail.
        distribution: Whom it is about, or None.
        code: The error's code; None for what a plugin found.
        error: The error with its fields, where there is one.
    """

    message: str
    hint: str | None = None
    level: Literal["error", "warning"] = "error"
    distribution: str | None = None
    code: str | None = None
    error: MigrateOpsError | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, error: MigrateOpsError, level: Literal["error", "warning"] = "error") -> Finding:
        """Return the finding for an error that is not raised."""
        about = errors.plugins.distributions_of(error)
        return cls(error.message(), error.hint(), level, about[0] if about else None, error.code, error)


@dataclass(frozen=True)
class ListedPlugin:
    """A distribution with plugins, in a line.

    Attributes:
        distribution: The normalised name.
        version: The version.
        state: ``"enabled"``, or what keeps it from taking part.
        operations: The operations that it advertises.
        dialects: The dialects that it has packs for.
        commands: The verbs that it adds.
        hooks: It has hook objects.
        place: The directory of its metadata.
        faults: What is known to be wrong with it, without importing it.
    """

    distribution: str
    version: str
    state: Literal["enabled"] | Blocked
    operations: tuple[str, ...]
    dialects: tuple[str, ...]
    commands: tuple[str, ...]
    hooks: bool
    place: str
    faults: tuple[MigrateOpsError, ...] = ()


@dataclass(frozen=True)
class ShownAdvert:
    """One entry point.

    Attributes:
        advert: The entry point.
        state: ``"offered"``, ``"blocked"`` by the policy, ``"conflict"`` or ``"not preferred"`` where
            several offer it, ``"dormant"`` where it implements an operation that nobody offers.
        rivals: The other distributions that offer the same.
    """

    advert: Advert
    state: Literal["offered", "blocked", "conflict", "not preferred", "dormant"]
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownPlugin:
    """A distribution with plugins, in full.

    Attributes:
        listed: What the list says of it.
        requires: Its requirements, as its metadata has them.
        adverts: Its entry points.
        hooks: The hooks that it implements; None when it was not loaded.
        position: Its place among the distributions whose hooks are called, from 1; None when it
            was not loaded or has none.
    """

    listed: ListedPlugin
    requires: tuple[str, ...]
    adverts: tuple[ShownAdvert, ...]
    hooks: tuple[str, ...] | None = None
    position: int | None = None


def list_plugins(plugins: Plugins) -> list[ListedPlugin]:
    """Return every installed distribution with plugins, sorted; imports none and never raises."""
    faults: dict[str, list[MigrateOpsError]] = {}
    for fault in plugins.check():
        for name in set(errors.plugins.distributions_of(fault)):
            faults.setdefault(name, []).append(fault)
    return [
        _listed(plugins, distribution, faults.get(distribution.name, ()))
        for distribution in plugins.discovery.distributions.values()
    ]


def _listed(plugins: Plugins, distribution: Distribution, faults: Iterable[MigrateOpsError]) -> ListedPlugin:
    def names(group: str) -> tuple[str, ...]:
        return tuple(advert.name for advert in distribution.adverts if advert.group == group)

    return ListedPlugin(
        distribution.name,
        distribution.version,
        plugins.blocks(distribution.name) or "enabled",
        names(OPERATIONS),
        names(DIALECTS),
        names(COMMANDS),
        bool(names(PLUGINS)),
        distribution.place,
        tuple(faults),
    )


def show_plugin(plugins: Plugins, name: str, *, load: bool = False) -> ShownPlugin:
    """Return all about one distribution.

    Args:
        plugins: The plugins of the environment.
        name: The distribution, in any spelling.
        load: Import its hook objects and those of the others, to tell hooks and order.

    Raises:
        UnknownPlugin: No such distribution is installed, or it has no plugin.
    """
    installed = plugins.discovery.distributions
    distribution = installed.get(normalise(name))
    if distribution is None:
        raise errors.plugins.UnknownPlugin(name, "show", closest(normalise(name), installed))
    listed = next(one for one in list_plugins(plugins) if one.distribution == distribution.name)
    adverts = tuple(_shown(plugins, advert) for advert in distribution.adverts)
    hooks: tuple[str, ...] | None = None
    position: int | None = None
    if load:
        runner = plugins.start()
        order = list(dict.fromkeys(found.advert.distribution for found in plugins.objects))
        position = order.index(distribution.name) + 1 if distribution.name in order else None
        hooks = tuple(
            hook
            for hook in hook_names()
            if any(one.advert.distribution == distribution.name for one in runner.implementations(hook))
        )
    return ShownPlugin(listed, distribution.requires, adverts, hooks, position)


def _shown(plugins: Plugins, advert: Advert) -> ShownAdvert:
    offers = plugins.discovery.offers[advert.group][advert.name]
    rivals = tuple(one.distribution for one in offers if one.distribution != advert.distribution)
    if not plugins.allows(advert):
        return ShownAdvert(advert, "blocked", rivals)
    if advert.group == PLUGINS:
        return ShownAdvert(advert, "offered")
    operation = advert.name.partition(".")[2]
    if advert.group == IMPLEMENTATIONS and operation[:1].islower() and operation not in plugins.names():
        return ShownAdvert(advert, "dormant", rivals)
    try:
        chosen = plugins.choose(advert.group, advert.name)
    except errors.plugins.PluginConflict:
        return ShownAdvert(advert, "conflict", rivals)
    return ShownAdvert(advert, "offered" if chosen == advert else "not preferred", rivals)


def diagnose(plugins: Plugins, env: Any = None) -> list[Finding]:
    """Find what is wrong, importing every entry point that may take part, each on its own.

    Args:
        plugins: The plugins of the environment.
        env: What ``migrateops_doctor`` hooks are told of; None outside of a project.
    """
    findings = {id(error): Finding.of(error, _level(error)) for error in plugins.check()}
    for advert, error in _import_faults(plugins):
        about = advert.distribution if advert is not None else None
        findings.setdefault(id(error), replace(Finding.of(error), distribution=about))
    return [*findings.values(), *_doctor_hooks(plugins, env)]


def _level(error: MigrateOpsError) -> Literal["error", "warning"]:
    return (
        "warning"
        if isinstance(error, (errors.plugins.DuplicateDistribution, errors.plugins.UnreadableMetadata))
        else "error"
    )


def _import_faults(plugins: Plugins) -> Iterator[tuple[Advert | None, MigrateOpsError]]:
    from migrateops.operations.registry import directive_maker

    objects: list[HookObject] = []
    for advert in filter(plugins.allows, plugins.discovery.adverts):
        try:
            loaded = plugins.load(advert)
            if advert.group == OPERATIONS:
                directive_maker(loaded, advert.name, "op", None)()
            if advert.group == PLUGINS:
                found = HookObject(advert, loaded)
                check_hooks(found)
                objects.append(found)
        except MigrateOpsError as error:
            yield advert, error
    try:
        in_order(objects)
    except MigrateOpsError as error:
        yield None, error


def _doctor_hooks(plugins: Plugins, env: Any) -> Iterator[Finding]:
    try:
        runner = plugins.start()
    except MigrateOpsError:
        return  # it is one of the faults that are already found
    answers = runner.answers("migrateops_doctor", env=env)
    for advert, findings in answers:
        for finding in findings:
            about = finding.distribution or advert.distribution
            yield replace(finding, distribution=about)
    for error in runner.errors:
        yield Finding.of(error)
    runner.errors.clear()
