"""The operations of the migration that is running, as a module.

``op.<name>`` is a late-bound function, one object for each name: it may be imported anywhere,
pickled and patched; what it stands for is looked up when it is called.  Asking for it imports no
plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrateops import current, errors

_functions: dict[str, Callable[..., Any]] = {}
_PROPERTIES = frozenset({"impl", "migration_context", "schema_obj"})
_PROXY = "_proxy"
"""What scripts of Alembic's ask for, and get the ``Operations`` themselves, before it had properties."""


def _operations(what: str) -> Any:
    frame = current.frame()
    operations = frame.operations if frame is not None else None
    if operations is None:
        raise _no_environment(what)
    return operations


def _no_environment(what: str) -> errors.operations.NoEnvironment:
    import threading

    started = threading.current_thread() is not threading.main_thread() and current.frame() is None
    return errors.operations.NoEnvironment(f"op.{what}", started)


def _late_bound(name: str) -> Callable[..., Any]:
    found = _functions.get(name)
    if found is not None:
        return found
    from migrateops.operations.base import Operations, is_member
    from migrateops.operations.invocation import usage_error

    member = is_member(Operations, name)
    innermost = current.innermost

    def function(*args: Any, **kw: Any) -> Any:
        frame = innermost()
        known = None if frame is None else frame.known
        if known is None:
            known = _operations(name).known
        directive = known.directives.get(name)
        if directive is None:
            directive = known.directive(name)
        try:
            # An empty mapping would be copied all the same.
            return directive(*args, **kw) if kw else directive(*args)
        except TypeError as exc:
            error = usage_error("op", name, directive, exc)
            if error is None:
                raise
            raise error from None

    def member_function(*args: Any, **kw: Any) -> Any:
        return getattr(_operations(name), name)(*args, **kw)

    if member:
        function = member_function

    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    source = getattr(Operations, name) if member or name in _core_names() else None
    function.__doc__ = getattr(source, "__doc__", None)
    return _functions.setdefault(name, function)


def _core_names() -> frozenset[str]:
    from migrateops import operations  # noqa: F401  registers the built-in ones
    from migrateops.operations.registry import core_names

    return core_names()


def _namespace() -> Any:
    """Return the names that can be asked for here: the running environment's, else the default's."""
    frame = current.frame()
    if frame is not None and frame.operations is not None:
        return frame.operations.migration_context.namespace
    from migrateops import operations  # noqa: F401  registers the built-in ones
    from migrateops.operations.registry import Namespace
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy

    environment = frame.environment if frame is not None else None
    if environment is not None:
        return Namespace(environment.plugins, environment.registrations)
    return Namespace(Plugins(PluginPolicy.from_settings()))


def __getattr__(name: str) -> Any:
    frame = current.frame()
    if (
        frame is not None
        and frame.known is not None
        and name in frame.known.directives
        and name in _functions
    ):
        # Called before in this run: it need not be looked for again.
        return _functions[name]
    if name == _PROXY:
        return _operations(name)
    if name.startswith("_"):
        raise AttributeError(name)
    if name in _PROPERTIES:
        return getattr(_operations(name), name)
    from migrateops.operations.base import Operations, is_member

    if is_member(Operations, name) or name in _core_names():
        # Kept in the module, unlike a plugin's: these are there in every environment.
        globals()[name] = found = _late_bound(name)
        return found
    if current.headers_only.get():
        return _late_bound(name)
    namespace = _namespace()
    if namespace.offers(name):
        return _late_bound(name)
    if namespace.sources is not None:
        raise namespace.sources.unknown(name)
    raise errors.operations.UnknownDirective("op", name, tuple(namespace.names()))


def __dir__() -> list[str]:
    from migrateops.operations.base import Operations, members

    public = {name for name in members(Operations) if not name.startswith("_")}
    return sorted({*public, *_PROPERTIES, *_namespace().names()})
