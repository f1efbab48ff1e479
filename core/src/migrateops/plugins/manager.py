"""The plugins of one environment: what they offer, loaded when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import MigrateOpsError, closest
from migrateops.plugins import checks
from migrateops.plugins.discovery import (
    COMMANDS,
    DIALECTS,
    IMPLEMENTATIONS,
    OPERATIONS,
    PLUGINS,
    PROBES,
    PROJECTS,
    Advert,
    Discovery,
    discover,
    normalise,
)
from migrateops.plugins.hooks import HookObject, HookRunner, check_hooks, in_order, register
from migrateops.plugins.known import KNOWN_DIALECTS, KNOWN_OPERATIONS
from migrateops.plugins.loader import Loader
from migrateops.plugins.policy import Blocked, PluginPolicy

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from migrateops.errors.plugins import BadRequirement
    from migrateops.operations.registry import Layer
    from migrateops.plugins.ownership import Ownership


class Plugins:
    """What plugins offer to one environment; nothing is read or imported before it is asked for.

    What has been loaded hangs on this object.  Modules and hook objects themselves are shared by
    the whole process, as Python imports a module once.

    Args:
        policy: Which distributions take part.
        discovery: What is installed, or a function that finds out; `discover` when omitted.
        extra: Hook objects that the program gives directly.

    Attributes:
        reports: What is broken and was left out, as nothing that runs needs it.
        hooks: The runner of the hooks; calls nobody before `start`.
    """

    def __init__(
        self,
        policy: PluginPolicy,
        discovery: Discovery | Callable[[], Discovery] | None = None,
        extra: Sequence[object] = (),
    ) -> None:
        self.policy = policy
        self.reports: list[MigrateOpsError] = []
        self.hooks = HookRunner()
        self._discovery = discover if discovery is None else discovery
        self._extra = tuple(extra)
        self._started = False
        self._objects: list[HookObject] = []
        self._left_out: dict[str, MigrateOpsError] = {}
        self._loader = Loader()
        self._packs: set[str] = set()
        self._layers: dict[str, Layer] = {}

    # -- what there is ---------------------------------------------------------------------
    @functools.cached_property
    def discovery(self) -> Discovery:
        """What is installed."""
        return self._discovery() if callable(self._discovery) else self._discovery

    @functools.cached_property
    def required(self) -> dict[str, Requirement | BadRequirement]:
        """What the policy requires, by normalised name."""
        return checks.required(self.policy)

    @functools.cached_property
    def _ownership(self) -> Ownership:
        from migrateops.plugins.ownership import Ownership

        return Ownership(self.discovery)

    @functools.cached_property
    def enabled(self) -> tuple[str, ...]:
        """The distributions that take part, sorted."""
        return tuple(name for name in self.discovery.distributions if self.blocks(name) is None)

    def blocks(self, distribution: str) -> Blocked | None:
        """Return what keeps a distribution from taking part, or None."""
        return self.policy.blocks(distribution, self.required)

    def allows(self, advert: Advert) -> bool:
        """Say whether the policy lets an entry point be loaded.

        A dialect's pack and its probe are stopped only by name: without them there is no run.
        """
        if advert.group in (DIALECTS, PROBES):
            return advert.distribution not in self.policy.deny
        if advert.group == IMPLEMENTATIONS and advert.distribution in self._packs:
            return True
        return self.blocks(advert.distribution) is None

    def choose(self, group: str, name: str) -> Advert | None:
        """Return the entry point that counts, or None when no enabled distribution has one.

        Raises:
            PluginConflict: Several have one, and the policy prefers none of them.
        """
        offers = self.discovery.offers[group].get(name)
        if not offers:
            return None
        candidates = list(filter(self.allows, offers))
        if group == IMPLEMENTATIONS:
            operation = self.choose(OPERATIONS, name.partition(".")[2])
            if operation is not None:
                # Who offers an operation of that name means its own, also where another's counts.
                own = {one.distribution for one in self.discovery.offers[OPERATIONS][operation.name]}
                own.discard(operation.distribution)
                candidates = [one for one in candidates if one.distribution not in own]
        return checks.choose(candidates, self.policy)

    def conflicts(self) -> list[errors.plugins.PluginConflict]:
        """Return what several enabled distributions offer, where the policy prefers none of them."""
        found: dict[str, errors.plugins.PluginConflict] = {}
        for group in (OPERATIONS, DIALECTS, PROBES, COMMANDS, PROJECTS, IMPLEMENTATIONS):
            for name in self.discovery.offers[group]:
                try:
                    self.choose(group, name)
                except errors.plugins.PluginConflict as conflict:
                    found.setdefault(conflict.name, conflict)
        return list(found.values())

    # -- what the registry of operations asks ----------------------------------------------
    def layer_of(self, module: str) -> Layer:
        """Return the layer of a module; HIDDEN for one of a distribution that does not take part."""
        from migrateops.operations.registry import Layer

        known = self._layers.get(module)
        if known is None:
            if module == "migrateops" or module.startswith("migrateops."):
                return Layer.CORE
            owner = self._ownership.of(module)
            if owner is None:
                known = Layer.PROJECT
            elif owner in self._packs:
                known = Layer.PLUGIN
            else:
                hidden = owner in self._left_out or self.blocks(owner) is not None
                known = Layer.HIDDEN if hidden else Layer.PLUGIN
            self._layers[module] = known
        return known

    def operation(self, name: str) -> type | None:
        """Return the class that an enabled distribution advertises under *name*, importing it.

        Raises:
            PluginConflict: Two distributions offer it, and the policy prefers neither.
            PluginLoadError: It cannot be imported.
            NeedsOtherCore: Its distribution needs another version of core.
        """
        advert = self.choose(OPERATIONS, name)
        # A name of core's is never given away; check() reports who tried to take it.
        if advert is None or name in self.builtin:
            return None
        self._usable(advert)
        found: type = self.load(advert)
        return found

    def implementations(self, op_name: str | None, op_cls: type, dialect: str) -> Callable[..., Any] | None:
        """Return the advertised implementation of an operation for exactly this key, importing it.

        Args:
            op_name: The name that the class is registered under, if any.
            op_cls: The class of the operation.
            dialect: SQLAlchemy's name of the dialect, or ``"default"``.

        Raises:
            PluginConflict: Two distributions offer it, and the policy prefers neither.
            PluginLoadError: It cannot be imported.
        """
        from migrateops.operations.registry import is_core

        builtin = is_core(op_cls.__module__)
        key = f"{dialect}.{op_cls.__name__ if builtin else op_name}"
        if key not in self.discovery.offers[IMPLEMENTATIONS]:
            return None
        if not builtin and op_name is not None:
            # By name it means the class that the advertised operation is, never a namesake.
            advertised = self.operation(op_name)
            if advertised is None or not _same(advertised, op_cls):
                return None
        advert = self.choose(IMPLEMENTATIONS, key)
        if advert is None:
            return None
        self._usable(advert)
        found: Callable[..., Any] = self.load(advert)
        return found

    def implemented_for(self, op_name: str | None, op_cls: type) -> list[str]:
        """Return the dialects for which an operation has an advertised implementation, importing nothing."""
        from migrateops.operations.registry import is_core

        wanted = op_cls.__name__ if is_core(op_cls.__module__) else op_name
        found = []
        for key, adverts in self.discovery.offers[IMPLEMENTATIONS].items():
            dialect, _, name = key.partition(".")
            if name == wanted and any(map(self.allows, adverts)):
                found.append(dialect)
        return found

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        offers = self.discovery.offers[OPERATIONS]
        return frozenset(name for name, adverts in offers.items() if any(map(self.allows, adverts)))

    def names(self) -> frozenset[str]:
        """Return the operation names that enabled distributions advertise; imports nothing."""
        return self._names

    def unknown(self, name: str) -> errors.plugins.UnknownOperation:
        """Return the error for an operation that nobody offers here: who would, or what was meant."""
        if name in self.builtin:
            return errors.plugins.UnknownOperation(name, outside_batch=True)
        offers = sorted(self.discovery.offers[OPERATIONS].get(name, ()), key=lambda one: not self.allows(one))
        for advert in offers:
            blocked = self.blocks(advert.distribution)
            return errors.plugins.UnknownOperation(
                name, advert.distribution, blocked, outside_batch=blocked is None
            )
        known = KNOWN_OPERATIONS.get(name)
        if known is None:
            return errors.plugins.UnknownOperation(name, suggestion=closest(name, self.operation_names()))
        installed = self.discovery.distributions.get(known)
        return errors.plugins.UnknownOperation(
            name, known, installed=installed.version if installed else None
        )

    def operation_names(self) -> set[str]:
        """Return the names of all operations that are registered, advertised by whomever, or known."""
        from migrateops.operations.registry import Layer, process

        registered = {
            name
            for (_, name), directives in list(process.directives.items())
            if any(self.layer_of(maker.module) is not Layer.HIDDEN for maker in directives)
        }
        return {*registered, *self.discovery.offers[OPERATIONS], *KNOWN_OPERATIONS}

    @functools.cached_property
    def builtin(self) -> frozenset[str]:
        """The names that are core's: no plugin may offer them."""
        from migrateops.operations import Operations
        from migrateops.operations.base import members
        from migrateops.operations.registry import core_names

        return core_names() | members(Operations)

    # -- the other doors -------------------------------------------------------------------
    def dialect_pack(self, name: str) -> type | None:
        """Return the pack for a dialect, importing it; from now on its modules are seen here.

        Args:
            name: SQLAlchemy's name of the dialect.

        Raises:
            PluginConflict: Two distributions have one, and the policy prefers neither.
            PluginLoadError: It cannot be imported.
            NeedsOtherCore: Its distribution needs another version of core.
        """
        advert = self.choose(DIALECTS, name)
        if advert is None:
            return None
        self._usable(advert)
        found: type = self.load(advert)
        self._packs.add(advert.distribution)
        self._layers = {}
        return found

    def unknown_dialect(self, name: str) -> errors.plugins.UnknownDialect:
        """Return the error for a connection whose dialect has no pack here."""
        for advert in self.discovery.offers[DIALECTS].get(name, ()):
            return errors.plugins.UnknownDialect(name, advert.distribution, "deny")
        return errors.plugins.UnknownDialect(name, KNOWN_DIALECTS.get(name))

    def probe(self, name: str) -> Any | None:
        """Return the module that reads the version table with the driver alone, importing it."""
        advert = self.choose(PROBES, name)
        return None if advert is None else self.load(advert)

    def commands(self) -> dict[str, Advert]:
        """Return the verbs that enabled distributions offer, sorted; imports nothing.

        Raises:
            PluginConflict: Two distributions offer one verb, and the policy prefers neither.
        """
        found = {verb: self.choose(COMMANDS, verb) for verb in sorted(self.discovery.offers[COMMANDS])}
        return {verb: advert for verb, advert in found.items() if advert is not None}

    def command(self, verb: str) -> Any | None:
        """Return the click command behind a verb, importing it; None when no plugin offers it."""
        advert = self.choose(COMMANDS, verb)
        if advert is None:
            return None
        self._usable(advert)
        return self.load(advert)

    def shapes(self) -> Iterator[Any]:
        """Yield what reads projects of another shape, sorted by name, importing each.

        Raises:
            PluginConflict: Two distributions offer one name, and the policy prefers neither.
            PluginLoadError: One cannot be imported.
            NeedsOtherCore: Its distribution needs another version of core.
        """
        for name in sorted(self.discovery.offers[PROJECTS]):
            advert = self.choose(PROJECTS, name)
            if advert is not None:
                self._usable(advert)
                yield self.load(advert)

    def load(self, advert: Advert) -> Any:
        """Import what an entry point names; a failure is remembered.

        Raises:
            PluginLoadError: It cannot be imported.
            WrongPluginObject: It is not what its group asks for.
        """
        return self._loader.load(advert)

    def _usable(self, advert: Advert) -> None:
        """Raise what stands against the distribution as a whole."""
        fault = self._left_out.get(advert.distribution) or self._core_faults.get(advert.distribution)
        if fault is not None:
            raise fault.with_traceback(None)

    # -- what is wrong ---------------------------------------------------------------------
    @functools.cached_property
    def _core_faults(self) -> dict[str, MigrateOpsError]:
        faults: dict[str, MigrateOpsError] = {}
        for name, distribution in self.discovery.distributions.items():
            if name not in self.policy.deny:
                fault = checks.core_fault(distribution)
                if fault is not None:
                    faults[name] = fault
        return faults

    def _taken(self) -> list[errors.plugins.TakenName]:
        return [
            errors.plugins.TakenName(one.distribution, one.version, one.entry_point, name)
            for name, adverts in self.discovery.offers[OPERATIONS].items()
            for one in filter(self.allows, adverts)
            if name in self.builtin
        ]

    def policy_faults(self) -> list[MigrateOpsError]:
        """Return what is wrong with the policy and its requirements; no run starts with any of it."""
        return list(checks.policy_faults(self.policy, self.discovery, self.required))

    def check(self) -> list[MigrateOpsError]:
        """Return everything that is known to be wrong; imports nothing."""
        faults: list[MigrateOpsError] = [*self.discovery.faults, *self.policy_faults()]
        faults += [fault for name, fault in self._core_faults.items() if name in self.enabled]
        faults += self._taken()
        faults += self.conflicts()
        faults += self._loader.failures()
        faults += self._left_out.values()
        # What was left out is most often one of those above.
        return list({(fault.code, fault.args): fault for fault in faults}.values())

    def providers(self, operations: Iterable[str]) -> set[str]:
        """Return the enabled distributions that advertise any of these operations."""
        offers = self.discovery.offers[OPERATIONS]
        return {
            advert.distribution for name in operations for advert in filter(self.allows, offers.get(name, ()))
        }

    # -- hooks -----------------------------------------------------------------------------
    def start(self, env: Any = None, needed: Iterable[str] = ()) -> HookRunner:
        """Load the hook objects of enabled distributions, before a run does anything.

        A distribution that is broken and not needed is left out as a whole and put into
        `reports`.  Called again, it only checks what is needed by then.

        Args:
            env: What ``migrateops_environment_created`` is told of; None: the hook is not called.
            needed: The distributions that the run cannot do without, besides those that the policy
                requires and the packs that are bound: those of the operations of pending scripts;
                for autogenerate all that are `enabled`.

        Raises:
            MigrateOpsError: The policy is wrong, or a distribution that is needed is broken.
            PluginHookError: A hook raised.
        """
        indispensable = {normalise(name) for name in needed} | self._packs | set(self.required)
        for name in sorted(indispensable & self._left_out.keys()):
            raise self._left_out[name].with_traceback(None)
        if self._started:
            return self.hooks
        for fault in self.policy_faults():
            raise fault
        self.reports = [*self.discovery.faults, *self.conflicts()]
        broken: list[MigrateOpsError] = [f for name, f in self._core_faults.items() if name in self.enabled]
        for fault in (*broken, *self._taken()):
            self._leave_out(fault, indispensable)
        self._objects = self._hook_objects(indispensable)
        self.hooks = register(self._objects)
        self._started = True
        self._layers = {}
        if env is not None:
            shape = getattr(getattr(env, "config", None), "shape", None)
            if shape is not None:
                shape.started()
            self.hooks.call("migrateops_environment_created", env=env)
        return self.hooks

    def _hook_objects(self, needed: set[str]) -> list[HookObject]:
        """Return the checked hook objects in the order of their calls."""
        found: list[HookObject] = []
        if self.policy.off != "MIGRATEOPS_PLUGINS":
            for position, plugin in enumerate(self._extra):
                given = HookObject.given(plugin, position)
                check_hooks(given)
                needed = needed | {given.advert.distribution}
                found.append(given)
        for adverts in self.discovery.offers[PLUGINS].values():
            for advert in adverts:
                if self.allows(advert) and advert.distribution not in self._left_out:
                    try:
                        candidate = HookObject(advert, self.load(advert))
                        check_hooks(candidate)
                    except MigrateOpsError as fault:
                        self._leave_out(fault, needed)
                    else:
                        # One object behind two entry points is still one object.
                        if all(candidate.plugin is not one.plugin for one in found):
                            found.append(candidate)
        while True:
            found = [one for one in found if one.advert.distribution not in self._left_out]
            try:
                return in_order(found)
            except errors.plugins.PluginOrderCycle as fault:
                self._leave_out(fault, needed)

    def _leave_out(self, fault: MigrateOpsError, needed: set[str]) -> None:
        distributions = errors.plugins.distributions_of(fault)
        if not needed.isdisjoint(distributions):
            raise fault
        self._left_out.update(dict.fromkeys(distributions, fault))
        self.reports.append(fault)

    @property
    def objects(self) -> tuple[HookObject, ...]:
        """The started hook objects in the order of their calls."""
        return tuple(self._objects)

    @property
    def op_modules(self) -> frozenset[str]:
        """The modules that stand for ``op`` in scripts: core's, and ``op_modules`` of hook objects."""
        added = (found.listed("op_modules") for found in self._objects)
        return frozenset({"migrateops.op"}.union(*added))


def _same(one: type, other: type) -> bool:
    # By name: a module that was reloaded has made the class anew.
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)
