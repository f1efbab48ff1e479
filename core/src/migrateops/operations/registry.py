"""Who offers which operation, and who implements it, as one environment sees it.

A registration is recorded under the module that made it, once per process, and never bound to
whoever happened to import that module: Python executes an imported module once, ``env.py`` each
time.  What an environment sees is decided when it looks, in layers; the nearest wins:

1. core;
2. modules of a distribution that advertises entry points, if it is enabled here;
3. other importable modules, for the whole process;
4. what was executed for this environment alone: ``env.py`` and revision files.
"""

from __future__ import annotations

import inspect
import itertools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from functools import cached_property, partial
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.operations.declare import Form, MigrateOperation

REGISTRATIONS = "__migrateops_registrations__"
"""The name, in the globals of a file executed for one environment, of that environment's own record."""

DEFAULT = "default"


class Layer(IntEnum):
    """Where a registration comes from; the greater, the nearer."""

    HIDDEN = -1
    CORE = 0
    PLUGIN = 1
    PROJECT = 2
    ENVIRONMENT = 3


class Maker(NamedTuple):
    """The module and qualified name of a registration; registering again replaces the earlier self."""

    module: str
    qualname: str

    def __str__(self) -> str:
        return f"{self.module}.{self.qualname}"


class Directive:
    """An operation under a name.

    Attributes:
        make: Makes the function that builds and invokes it; a run asks for few of those that are there.
    """

    def __init__(
        self, name: str, op_cls: type[Any], make: Callable[[], Callable[..., Any]], maker: Maker, order: int
    ) -> None:
        self.name = name
        self.op_cls = op_cls
        self.make = make
        self.maker = maker
        self.order = order

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function that builds and invokes the operation; the same one each time."""
        return self.make()


class Implementation(NamedTuple):
    """A function that runs an operation; a lowering is pure and yields statements instead."""

    function: Callable[..., Any]
    lowering: bool
    maker: Maker
    order: int
    only_with_options: bool = False


class Sources(Protocol):
    """What an environment is told by its plugins; ``migrateops.plugins`` provides it."""

    def layer_of(self, module: str) -> Layer:
        """Return the layer of a module; HIDDEN for one of a distribution that is not enabled."""
        ...

    def operation(self, name: str) -> type | None:
        """Return the class that an enabled distribution advertises under *name*, importing it."""
        ...

    def implementations(self, op_name: str | None, op_cls: type, dialect: str) -> Callable[..., Any] | None:
        """Return the advertised implementation for exactly this dialect key, importing it."""
        ...

    def implemented_for(self, op_name: str | None, op_cls: type) -> Iterable[str]:
        """Return the dialect keys for which implementations are advertised, importing nothing."""
        ...

    def names(self) -> Iterable[str]:
        """Return the advertised names, importing nothing."""
        ...

    def unknown(self, name: str) -> MigrateOpsError:
        """Return the error for an operation that nobody offers here."""
        ...


_stamp = itertools.count(1)
_lock = threading.RLock()
current_generation = 0
"""A number that changes with every registration of the process."""


class Forgetful(Protocol):
    """Who has looked something up."""

    def forget(self) -> None:
        """Look it up again."""
        ...


_told: WeakSet[Forgetful] = WeakSet()


def tell_of_changes(who: Forgetful) -> None:
    """Tell somebody of every registration, so that they need not look at the generation each time."""
    with _lock:
        _told.add(who)


def _changed() -> int:
    """Say that what was looked up before may no longer hold; return a number for the order."""
    global current_generation
    with _lock:
        current_generation = next(_stamp)
        for told in tuple(_told):
            told.forget()
        return current_generation


class Registrations:
    """What one scope has registered: the process, or one environment."""

    def __init__(self) -> None:
        self.directives: dict[tuple[Form, str], dict[Maker, Directive]] = {}
        self.implementations: dict[tuple[str, str, str], dict[Maker, Implementation]] = {}

    def add_directive(
        self, form: Form, name: str, op_cls: type[Any], make: Callable[[], Callable[..., Any]], module: str
    ) -> None:
        maker = Maker(module, op_cls.__qualname__)
        with _lock:
            mine = {**self.directives.get((form, name), {})}
            mine[maker] = Directive(name, op_cls, make, maker, _changed())
            self.directives[form, name] = mine
            _changed()

    def add_implementation(
        self,
        op_cls: type[Any],
        dialect: str,
        function: Callable[..., Any],
        module: str,
        *,
        lowering: bool,
        replace: bool,
        only_with_options: bool = False,
    ) -> None:
        key = (op_cls.__module__, op_cls.__qualname__, dialect)
        maker = Maker(module, getattr(function, "__qualname__", repr(function)))
        with _lock:
            mine = {**self.implementations.get(key, {})}
            # An environment's own comes before what the process has, and so replaces it as well.
            others = [other for other in (*process.implementations.get(key, ()), *mine) if other != maker]
            if others and not replace:
                raise errors.operations.ImplementationExists(op_cls.__name__, dialect, str(others[-1]))
            mine[maker] = Implementation(function, lowering, maker, _changed(), only_with_options)
            self.implementations[key] = mine
            _changed()


process = Registrations()
"""What imported modules have registered, each once."""


def is_core(module: str) -> bool:
    """Say whether a module is part of core."""
    return module == "migrateops" or module.startswith("migrateops.")


def core_names() -> frozenset[str]:
    """Return the names of the built-in operations, in either form."""
    return frozenset(
        name
        for (_, name), by_maker in list(process.directives.items())
        if any(is_core(maker.module) for maker in by_maker)
    )


def calling_scope(depth: int) -> tuple[Registrations, str]:
    """Return where the code *depth* frames up registers, and the name of its module."""
    scope = sys._getframe(depth + 1).f_globals
    return scope.get(REGISTRATIONS) or process, scope.get("__name__", "__main__")


def directive_maker(
    op_cls: type[Any], name: str, form: Form, sourcename: str | None
) -> Callable[[], Callable[..., Any]]:
    """Return what makes the function behind ``op.<name>``.

    A classmethod of the operation, called *sourcename* or *name*, is the directive; else the
    fields of the declared class are.

    Raises:
        NotDeclared: The class has neither.
    """
    source = getattr(op_cls, sourcename or name, None)
    if "__op_names__" not in vars(op_cls):
        op_cls.__op_names__ = {}
    if inspect.ismethod(source):
        op_cls.__op_names__.setdefault(form, name)
        return partial(_from_classmethod, source, name, form)
    spec = vars(op_cls).get("__op_spec__")
    if spec is None or sourcename is not None:
        inherited = spec is None and getattr(op_cls, "__op_spec__", None) is not None
        raise errors.operations.NotDeclared(op_cls.__name__, sourcename or name, inherited)
    op_cls.__op_names__.setdefault(form, name)
    return partial(spec.directive, name, form)


def _from_classmethod(source: Any, name: str, form: Form) -> Callable[..., Any]:
    def directive(self: Any, /, *args: Any, **kw: Any) -> Any:
        try:
            return source(self, *args, **kw)
        except TypeError as exc:
            from migrateops.operations.invocation import usage_error

            error = usage_error(form, name, directive, exc)
            if error is None:
                raise
            raise error from None

    signature = inspect.signature(source)
    first, *rest = signature.parameters.values()
    setattr(directive, "__signature__", signature.replace(parameters=[first.replace(name="self"), *rest]))
    directive.__doc__ = source.__doc__
    directive.__name__ = name
    directive.__qualname__ = f"Operations.{name}"
    directive.__module__ = source.__func__.__module__
    return directive


class Namespace:
    """The operations of one environment, by name, and their implementations, by class and dialect.

    Args:
        sources: The environment's plugins; without them only core and the project are seen.
        local: What was executed for this environment alone.
    """

    def __init__(self, sources: Sources | None = None, local: Registrations | None = None) -> None:
        self.sources = sources
        self.local = local if local is not None else Registrations()
        self._seen = -1
        self._directives: dict[tuple[Form, str], Directive] = {}
        self._chains: dict[tuple[type, tuple[str, ...]], tuple[Implementation, ...]] = {}

    def _refresh(self) -> None:
        # New dictionaries, not cleared ones: another thread may be reading.
        self._directives = {}
        self._chains = {}
        self._seen = current_generation

    def layer_of(self, module: str) -> Layer:
        """Return the layer that registrations of *module* have here."""
        if is_core(module):
            return Layer.CORE
        return self.sources.layer_of(module) if self.sources is not None else Layer.PROJECT

    def directive(self, form: Form, name: str) -> Directive:
        """Return the nearest operation of that name, importing the plugin that offers it.

        Raises:
            UnknownDirective: Nobody offers it here (or a more exact error of the plugins).
        """
        if self._seen != current_generation:
            self._refresh()
        found = self._directives.get((form, name))
        if found is None:
            found = self._find_directive(form, name)
            if found is None:
                if self.sources is not None:
                    raise self.sources.unknown(name)
                raise errors.operations.UnknownDirective(
                    "op" if form == "op" else "batch_op", name, tuple(self.names(form))
                )
            self._directives[form, name] = found
        return found

    def _find_directive(self, form: Form, name: str) -> Directive | None:
        for layer, directives in self.candidates(form, name):
            if layer is Layer.PLUGIN:
                # No plugin comes before another by chance, and none before core.
                rivals = [*directives, *self._by_layer(form, name).get(Layer.CORE, ())]
                if len({rival.maker.module.partition(".")[0] for rival in rivals}) > 1:
                    raise errors.operations.DuplicateOperation(
                        name, tuple(sorted(r.maker.module for r in rivals))
                    )
            return directives[0]
        return None

    def candidates(self, form: Form, name: str) -> Iterator[tuple[Layer, list[Directive]]]:
        """Yield what each layer offers under *name*, nearest layer and latest registration first."""
        own = self.local.directives.get((form, name))
        if own:
            yield Layer.ENVIRONMENT, sorted(own.values(), key=lambda d: -d.order)
        layers = self._by_layer(form, name)
        if Layer.PROJECT in layers:
            yield Layer.PROJECT, layers[Layer.PROJECT]
        advertised = self.sources.operation(name) if self.sources is not None else None
        if advertised is not None:
            directives = self._by_layer(form, name).get(Layer.PLUGIN, [])
            mine = [d for d in directives if _same(d.op_cls, advertised)]
            if not mine and form == "op":
                # Advertised but not registered under this name by its own module: the entry
                # point is registration enough.
                make = directive_maker(advertised, name, form, None)
                maker = Maker(advertised.__module__, advertised.__qualname__)
                mine = [Directive(name, advertised, make, maker, 0)]
            if mine:
                yield Layer.PLUGIN, mine
        elif Layer.PLUGIN in layers:
            yield Layer.PLUGIN, layers[Layer.PLUGIN]
        if Layer.CORE in layers:
            yield Layer.CORE, layers[Layer.CORE]

    def _by_layer(self, form: Form, name: str) -> dict[Layer, list[Directive]]:
        layers: dict[Layer, list[Directive]] = {}
        for directive in process.directives.get((form, name), {}).values():
            layers.setdefault(self.layer_of(directive.maker.module), []).append(directive)
        for directives in layers.values():
            directives.sort(key=lambda d: -d.order)
        return layers

    def offers(self, name: str, form: Form = "op") -> bool:
        """Say whether some layer offers *name* here; an advertised name is not imported for it."""
        if (form, name) in self.local.directives or (
            self.sources is not None and name in self.sources.names()
        ):
            return True
        return any(
            self.layer_of(d.maker.module) is not Layer.HIDDEN
            for d in process.directives.get((form, name), {}).values()
        )

    def names(self, form: Form = "op") -> list[str]:
        """Return every name that is offered here, sorted; imports nothing."""
        names = {name for (known, name) in self.local.directives if known == form}
        names |= {
            name
            for (known, name), by_maker in list(process.directives.items())
            if known == form and any(self.layer_of(m.module) is not Layer.HIDDEN for m in by_maker)
        }
        if form == "op" and self.sources is not None:
            names |= set(self.sources.names())
        return sorted(names)

    def chain(self, op_cls: type[Any], keys: tuple[str, ...]) -> tuple[Implementation, ...]:
        """Return the implementations of *op_cls* for a dialect, the one to run first.

        The class's MRO is walked; at each class the nearest layer comes first, so that what a project puts in
        place of a built-in one is in place of a pack's too; within a layer the dialect, its family and the
        default are tried in that order.
        """
        if self._seen != current_generation:
            self._refresh()
        found = self._chains.get((op_cls, keys))
        if found is None:
            found = tuple(self._find_chain(op_cls, keys))
            # Looking may have imported a plugin, which registered and so outdated the cache.
            if self._seen == current_generation:
                self._chains[op_cls, keys] = found
        return found

    def _find_chain(self, op_cls: type[Any], keys: tuple[str, ...]) -> Iterator[Implementation]:
        for cls in op_cls.__mro__:
            if not (isinstance(cls, type) and issubclass(cls, MigrateOperation)):
                continue
            layered = [found for key in keys for found in self._for_key(cls, key)]
            layered.sort(key=lambda found: -found[0])
            yield from (implementation for _, implementation in layered)

    def _for_key(self, cls: type[Any], key: str) -> Iterator[tuple[Layer, Implementation]]:
        name = (cls.__module__, cls.__qualname__, key)
        advertised = None
        # What is advertised never means a class of the project's own.
        if self.sources is not None and self.layer_of(cls.__module__) <= Layer.PLUGIN:
            advertised = self.sources.implementations(vars(cls).get("__op_names__", {}).get("op"), cls, key)
        ranked = [(Layer.ENVIRONMENT, i) for i in self.local.implementations.get(name, {}).values()]
        for i in process.implementations.get(name, {}).values():
            layer = self.layer_of(i.maker.module)
            if layer is not Layer.HIDDEN:
                ranked.append((layer, i))
        ranked.sort(key=lambda pair: (-pair[0], -pair[1].order))
        for layer, implementation in ranked:
            if advertised is not None and layer < Layer.PLUGIN:
                yield Layer.PLUGIN, _advertised(advertised)
                advertised = None
            if advertised is not None and implementation.function is advertised:
                advertised = None
            yield layer, implementation
        if advertised is not None:
            yield Layer.PLUGIN, _advertised(advertised)

    def implemented_for(self, op_cls: type[Any]) -> tuple[str, ...]:
        """Return the dialect keys for which *op_cls* has an implementation, for a message."""
        keys = {
            key[2]
            for store in (process, self.local)
            for key in list(store.implementations)
            for cls in op_cls.__mro__
            if key[:2] == (cls.__module__, cls.__qualname__)
        }
        if self.sources is not None:
            keys.update(self.sources.implemented_for(getattr(op_cls, "__op_names__", {}).get("op"), op_cls))
        return tuple(sorted(keys))


def _same(one: type, other: type) -> bool:
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def _advertised(function: Callable[..., Any]) -> Implementation:
    maker = Maker(function.__module__, function.__qualname__)
    return Implementation(function, getattr(function, "__lowering__", False), maker, 0)
