"""``alembic.util.langhelpers``: the tables of functions by what they are for that extensions make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from migrateops.autogenerate import DispatchPriority, PriorityDispatchResult

FnT = TypeVar("FnT", bound=Callable[..., Any])


class Dispatcher:
    """Functions by class or name, and by dialect; a class stands for its subclasses as well."""

    def __init__(self) -> None:
        self._functions: dict[tuple[Any, str], Callable[..., Any]] = {}

    def dispatch_for(
        self, target: Any, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[FnT], FnT]:
        """Have the decorated function returned for *target*.

        Args:
            target: A class, or a name.
            qualifier: SQLAlchemy's name of the dialect it is for.
            replace: Allow that there is one already.

        Raises:
            ValueError: There is one already.
        """

        def decorate(function: FnT) -> FnT:
            if (target, qualifier) in self._functions and not replace:
                raise ValueError(f"there is a function already for {target} on {qualifier}")
            self._functions[target, qualifier] = function
            return function

        return decorate

    def dispatch(self, obj: Any, qualifier: str = "default") -> Callable[..., Any]:
        """Return the function for a name, a class or an object of it: that of the dialect first.

        Raises:
            ValueError: There is none.
        """
        targets: tuple[Any, ...] = (obj,)
        if not isinstance(obj, str):
            targets = (obj if isinstance(obj, type) else type(obj)).__mro__
        for target in targets:
            for key in ((target, qualifier), (target, "default")):
                if key in self._functions:
                    return self._functions[key]
        raise ValueError(f"there is no function for {obj!r}")

    def branch(self) -> Dispatcher:
        """Return a table of its own that starts with the same functions."""
        made = type(self)()
        made._functions = dict(self._functions)
        return made


class PriorityDispatcher:
    """Functions by target, called one after the other; one may stop those behind it in its subgroup."""

    def __init__(self) -> None:
        self._functions: list[tuple[DispatchPriority, str | None, str, str, Callable[..., Any]]] = []

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = "default",
        subgroup: str | None = None,
    ) -> Callable[[FnT], FnT]:
        """Have the decorated function called for *target*.

        Args:
            target: A name.
            priority: Higher ones first.
            qualifier: SQLAlchemy's name of the dialect it is for.
            subgroup: What its STOP ends.
        """

        def decorate(function: FnT) -> FnT:
            self._functions.append((priority, subgroup, qualifier, target, function))
            return function

        return decorate

    def dispatch(self, target: str, *, qualifier: str = "default") -> Callable[..., PriorityDispatchResult]:
        """Return a function that calls all those of *target*, in their order."""
        listed = [one for one in self._functions if one[3] == target and one[2] in ("default", qualifier)]
        listed.sort(key=lambda one: (-one[0], one[2] == "default"))

        def call(*args: Any, **kw: Any) -> PriorityDispatchResult:
            stopped: set[str | None] = set()
            for _, subgroup, _, _, function in listed:
                if subgroup not in stopped and function(*args, **kw) is PriorityDispatchResult.STOP:
                    stopped.add(subgroup)
            return PriorityDispatchResult.STOP if stopped else PriorityDispatchResult.CONTINUE

        return call

    def branch(self) -> PriorityDispatcher:
        """Return a table of its own that starts with the same functions."""
        made = type(self)()
        made._functions = list(self._functions)
        return made
