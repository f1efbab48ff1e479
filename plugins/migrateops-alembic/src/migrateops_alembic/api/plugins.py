"""``alembic.runtime.plugins``: plugins of Alembic's, which register themselves when a run needs them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from migrateops.autogenerate import DispatchPriority, PriorityDispatchResult, comparators
from migrateops_alembic.errors import PluginNotLoaded

DEFAULT = ("alembic.autogenerate.*",)
"""What ``autogenerate_plugins`` is where ``configure()`` does not say."""

_all_plugins: dict[str, Plugin] = {}
_lock = threading.Lock()
_loaded = False


class Plugin:
    """Comparison functions under a name, by which ``autogenerate_plugins`` chooses them.

    Args:
        name: The name, with dots.

    Raises:
        ValueError: There is one of that name.
    """

    def __init__(self, name: str) -> None:
        if name in _all_plugins:
            raise ValueError(f"there is a plugin {name!r} already")
        self.name = name
        _all_plugins[name] = self

    def remove(self) -> None:
        """Forget the plugin; its functions are not called any more."""
        del _all_plugins[self.name]

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., PriorityDispatchResult],
        compare_target: Any,
        compare_element: str | None = None,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Have a function called while models are compared, where the plugin is chosen.

        Args:
            fn: The function; see ``comparators.dispatch_for()`` for its arguments.
            compare_target: What is compared.
            compare_element: Part of it; a function that returns STOP ends the calls for that part.
            qualifier: SQLAlchemy's name of the dialect it is for.
            priority: Higher ones first.
        """

        def compare(context: Any, *args: Any) -> Any:
            given = context.opts.get("of_shape", {}).get("autogenerate_plugins") or DEFAULT
            if _all_plugins.get(self.name) is not self or not chosen(self.name, given):
                return PriorityDispatchResult.CONTINUE
            return fn(context, *args)

        compare.__module__ = fn.__module__
        compare.__qualname__ = f"{self.name}:{getattr(fn, '__qualname__', repr(fn))}"
        comparators.dispatch_for(
            compare_target, qualifier=qualifier, priority=priority, subgroup=compare_element
        )(compare)

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Make a plugin and give it to the ``setup()`` of a module."""
        module.setup(cls(name))


def chosen(name: str, expressions: Iterable[str]) -> bool:
    """Say whether expressions choose a plugin: names, ``*`` for a part, ``~`` to leave one out."""
    listed = tuple(expressions)
    leaves_out = any(one[:1] == "~" and _matches(one[1:], name) for one in listed)
    return not leaves_out and any(_matches(one, name) for one in listed)


def _matches(expression: str, name: str) -> bool:
    return re.fullmatch(re.escape(expression).replace(r"\*", ".*"), name) is not None


def load_installed(group: str) -> None:
    """Set up what installed distributions advertise, once in a process.

    Args:
        group: The entry-point group.

    Raises:
        PluginNotLoaded: One cannot be imported, or its ``setup()`` fails.
    """
    global _loaded
    import importlib_metadata

    with _lock:
        if _loaded:
            return
        found = importlib_metadata.entry_points(group=group)
        for one in sorted(found, key=lambda entry: entry.name):
            if one.name not in _all_plugins:
                try:
                    Plugin.setup_plugin_from_module(one.load(), one.name)
                except Exception as error:
                    problem = f"{type(error).__name__}: {error}"
                    raise PluginNotLoaded(one.name, one.value, problem) from error
        _loaded = True
