"""Hook objects: checked as a whole, put in order, and called with the distribution in every error."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from migrateops import errors
from migrateops.errors.base import closest
from migrateops.plugins.discovery import PLUGINS, Advert, normalise

if TYPE_CHECKING:
    import pluggy

_COLLECTED = ("migrateops_after_", "migrateops_doctor")
"""Hooks whose errors never hide the first error of a run."""


class HookObject(NamedTuple):
    """A loaded plugin object, and where it came from."""

    advert: Advert
    plugin: object

    @classmethod
    def given(cls, plugin: object, position: int) -> HookObject:
        """Return the hook object for one that a program gave directly, under its own name."""
        if inspect.ismodule(plugin):
            name = value = plugin.__name__
        else:
            kind = type(plugin)
            name, value = f"{kind.__module__}.{kind.__qualname__}", f"{kind.__module__}:{kind.__qualname__}"
        return cls(Advert(name, "(given directly)", PLUGINS, f"extra[{position}]", value), plugin)

    def listed(self, attribute: str) -> tuple[str, ...]:
        """Return what ``before``, ``after`` or ``op_modules`` of the object lists: one name or several."""
        named: str | Iterable[str] | None = getattr(self.plugin, attribute, None)
        return (named,) if isinstance(named, str) else tuple(named or ())

    def neighbours(self, attribute: str) -> tuple[str, ...]:
        """Return the distributions that ``before`` or ``after`` lists."""
        return tuple(map(normalise, self.listed(attribute)))


class HookImplementation(NamedTuple):
    """One function behind a hook, and the arguments that it wants."""

    advert: Advert
    function: Callable[..., Any]
    arguments: tuple[str, ...]


class HookRunner:
    """Calls hooks, in the order of the plugins.

    Attributes:
        errors: What ``after_*`` and ``doctor`` hooks raised, to be reported when the run is over.
    """

    def __init__(
        self,
        implementations: Mapping[str, tuple[HookImplementation, ...]] | None = None,
        first: frozenset[str] = frozenset(),
    ) -> None:
        self._implementations = implementations or {}
        self._first = first
        self.errors: list[errors.plugins.PluginHookError] = []

    def has(self, name: str) -> bool:
        """Say whether a plugin implements the hook, so that nothing is prepared for a call to nobody."""
        return name in self._implementations

    def implementations(self, name: str) -> tuple[HookImplementation, ...]:
        """Return the implementations of a hook in the order of their calls."""
        return self._implementations.get(name, ())

    def call(self, name: str, /, **arguments: Any) -> list[Any]:
        """Call every implementation of a hook and return the answers that are not None.

        Args:
            name: The hook's full name, ``migrateops_before_run``.
            **arguments: All of its arguments.

        Raises:
            PluginHookError: One of them raised; the others are not called. For ``after_*`` and
                ``doctor`` hooks it is put into `errors` instead, and the others are called.
        """
        return [answer for _, answer in self.answers(name, **arguments)]

    def answers(self, name: str, /, **arguments: Any) -> list[tuple[Advert, Any]]:
        """Call a hook as `call` does, and return each answer with whom it is from."""
        answers: list[tuple[Advert, Any]] = []
        for one in self._implementations.get(name, ()):
            try:
                answer = one.function(*[arguments[argument] for argument in one.arguments])
            except Exception as error:
                advert = one.advert
                failure = errors.plugins.PluginHookError(
                    advert.distribution,
                    advert.version,
                    advert.entry_point,
                    name,
                    f"{type(error).__name__}: {error}",
                )
                if not name.startswith(_COLLECTED):
                    raise failure from error
                failure.__cause__ = error
                self.errors.append(failure)
                continue
            if answer is not None:
                answers.append((one.advert, answer))
                if name in self._first:
                    break
        return answers


def check_hooks(found: HookObject) -> None:
    """Check every hook of an object, before any is registered.

    Raises:
        NeedsNewerApi: The object asks for another plugin interface.
        UnknownHook: It implements a hook that does not exist, and does not say that it may.
        WrongHookArgument: A hook asks for an argument that it does not get.
        BadHook: A hook is a wrapper, a coroutine function, or gives defaults to arguments.
        WrongPluginObject: The object cannot be asked for its hooks.
    """
    advert = found.advert
    where = (advert.distribution, advert.version, advert.entry_point)
    if isinstance(found.plugin, type):
        raise errors.plugins.WrongPluginObject(
            *where, "an object with hooks", f"the class {found.plugin.__name__}"
        )
    _check_api(found)
    try:
        _check_implementations(found)
        for attribute in ("before", "after", "op_modules"):
            found.neighbours(attribute)
    except (errors.plugins.UnknownHook, errors.plugins.WrongHookArgument, errors.plugins.BadHook):
        raise
    except Exception as error:
        # Looking for hooks reads every attribute, and a property may raise.
        raise errors.plugins.PluginLoadError(*where, f"{type(error).__name__}: {error}") from error


def _check_api(found: HookObject) -> None:
    from migrateops.plugins.hookspecs import API_VERSION

    advert = found.advert
    needs: Any = getattr(found.plugin, "MIGRATEOPS_API", API_VERSION)
    if not (isinstance(needs, tuple) and needs and all(isinstance(part, int) for part in needs)):
        raise errors.plugins.WrongPluginObject(
            advert.distribution,
            advert.version,
            advert.entry_point,
            "an object with MIGRATEOPS_API as in (1, 0)",
            f"one with {needs!r}",
        )
    if needs[0] != API_VERSION[0] or needs > API_VERSION:
        raise errors.plugins.NeedsNewerApi(
            advert.distribution, advert.version, advert.entry_point, needs, API_VERSION
        )


def _check_implementations(found: HookObject) -> None:
    import pluggy

    advert, manager = found.advert, _manager()
    where = (advert.distribution, advert.version, advert.entry_point)
    for attribute in dir(found.plugin):
        options = manager.parse_hookimpl_opts(found.plugin, attribute)
        if options is None:
            continue
        function = getattr(found.plugin, attribute)
        hook = options.get("specname") or attribute
        spec = getattr(getattr(manager.hook, hook, None), "spec", None)
        if spec is None:
            if options.get("optionalhook"):
                continue
            raise errors.plugins.UnknownHook(*where, hook, closest(hook, hook_names()))
        if options.get("wrapper") or options.get("hookwrapper"):
            raise errors.plugins.BadHook(*where, hook, "is a wrapper, and wrappers are not called")
        if inspect.iscoroutinefunction(function):
            raise errors.plugins.BadHook(*where, hook, "is a coroutine function, and hooks are not awaited")
        implementation = pluggy.HookImpl(found.plugin, str(advert), function, options)
        for argument in (*implementation.argnames, *implementation.kwargnames):
            if argument not in spec.argnames:
                raise errors.plugins.WrongHookArgument(*where, hook, argument, tuple(spec.argnames))
        if implementation.kwargnames:
            argument = implementation.kwargnames[0]
            raise errors.plugins.BadHook(
                *where, hook, f"gives {argument!r} a default, so that its value would not be passed"
            )


def _manager() -> pluggy.PluginManager:
    import pluggy

    from migrateops.plugins import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs.Hooks)
    return manager


def hook_names() -> tuple[str, ...]:
    """Return the names of all hooks."""
    from migrateops.plugins.hookspecs import PREFIX, Hooks

    return tuple(name for name in vars(Hooks) if name.startswith(PREFIX))


def in_order(objects: Iterable[HookObject]) -> list[HookObject]:
    """Sort by ``before`` and ``after``; what these leave open, by name of distribution.

    Raises:
        PluginOrderCycle: They ask for a circle.
    """
    by_key = {(found.advert.distribution, found.advert.name): found for found in objects}
    if len(by_key) < 2:
        return [*by_key.values()]
    import graphlib
    import heapq

    of: dict[str, list[tuple[str, str]]] = {}
    for key in by_key:
        of.setdefault(key[0], []).append(key)
    sorter: graphlib.TopologicalSorter[tuple[str, str]] = graphlib.TopologicalSorter()
    for key, found in by_key.items():
        others = {name for name in found.neighbours("after") if name != key[0]}
        sorter.add(key, *(other for name in others for other in of.get(name, ())))
        for name in found.neighbours("before"):
            for other in of.get(name, ()) if name != key[0] else ():
                sorter.add(other, key)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle: Sequence[tuple[str, str]] = error.args[1]
        raise errors.plugins.PluginOrderCycle(tuple(distribution for distribution, _ in circle)) from None
    ordered: list[HookObject] = []
    ready: list[tuple[str, str]] = []
    while sorter.is_active():
        for key in sorter.get_ready():
            heapq.heappush(ready, key)
        key = heapq.heappop(ready)
        sorter.done(key)
        ordered.append(by_key[key])
    return ordered


def register(ordered: Sequence[HookObject]) -> HookRunner:
    """Register checked objects, so that the hooks of the first are called first."""
    if not ordered:
        return HookRunner()
    manager = _manager()
    adverts = {str(found.advert): found.advert for found in ordered}
    for found in reversed(ordered):
        manager.register(found.plugin, str(found.advert))
    implementations: dict[str, tuple[HookImplementation, ...]] = {}
    first: set[str] = set()
    for name in hook_names():
        caller = getattr(manager.hook, name)
        # pluggy keeps them in the reverse order of calls.
        calls = tuple(
            HookImplementation(adverts[one.plugin_name], one.function, tuple(one.argnames))
            for one in reversed(caller.get_hookimpls())
        )
        if calls:
            implementations[name] = calls
        if caller.spec.opts.get("firstresult"):
            first.add(name)
    return HookRunner(implementations, frozenset(first))
