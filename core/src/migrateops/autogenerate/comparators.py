"""Functions of a project that take part in a comparison, as Alembic has them."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from migrateops import errors

Comparator = Callable[..., Any]
FnT = TypeVar("FnT", bound=Comparator)
CompareTarget = Literal["autogenerate", "schema", "table", "column"]


class DispatchPriority(enum.IntEnum):
    """When a comparator is called: higher ones first; core compares at MEDIUM, before those of projects."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatchResult(enum.Enum):
    """What a comparator may return: STOP ends the calls of its subgroup; all else goes on."""

    CONTINUE = enum.auto()
    STOP = enum.auto()


class Comparators:
    """Functions that are called while models are compared with a database."""

    def __init__(self) -> None:
        self._functions: dict[str, list[tuple[DispatchPriority, str | None, str, Comparator]]] = {}
        self._lock = threading.Lock()

    def dispatch_for(
        self,
        target: CompareTarget,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        subgroup: str | None = None,
    ) -> Callable[[FnT], FnT]:
        """Have the decorated function called while comparing; it changes the operations that it gets.

        Args:
            target: ``"autogenerate"``: ``fn(autogen_context, upgrade_ops)``; ``"schema"``:
                ``fn(autogen_context, upgrade_ops, schemas)``; ``"table"``: ``fn(autogen_context,
                modify_table_ops, schema, table_name, database_table, model_table)``, of which one table
                is None where a side does not have it; ``"column"``: ``fn(autogen_context,
                alter_column_op, schema, table_name, column_name, database_column, model_column)``.
            qualifier: SQLAlchemy's name of the dialect it is for; all of them by default.
            priority: When it is called.
            subgroup: What it compares; a function that returns STOP ends the calls of its subgroup.
        """

        def decorate(function: FnT) -> FnT:
            entry = (priority, subgroup, qualifier, function)
            with self._lock:
                # What env.py defines is another function each time that it is executed.
                kept = [one for one in self._functions.get(target, ()) if where(one[3]) != where(function)]
                self._functions[target] = [*kept, entry]
            return function

        return decorate

    def has(self, target: CompareTarget, dialect: str) -> bool:
        """Say whether there are functions for a target on a dialect."""
        return any(one[2] in ("default", dialect) for one in self._functions.get(target, ()))

    def call(
        self, target: CompareTarget, context: Any, *arguments: Any, core: Callable[[], None] | None = None
    ) -> None:
        """Call the functions of a target in their order, core's own comparison among them.

        Args:
            target: What is compared.
            context: The ``AutogenContext``, their first argument.
            arguments: Their other arguments.
            core: Core's comparison; it is in no subgroup.

        Raises:
            ComparingFailed: One of them raised an error.
        """
        dialect = context.dialect.name
        listed = [one for one in self._functions.get(target, ()) if one[2] in ("default", dialect)]
        # Within a priority those for the dialect come first.
        listed.sort(key=lambda one: (-one[0], one[2] == "default"))
        calls: list[tuple[str | None, Comparator | None]] = [(one[1], one[3]) for one in listed]
        if core is not None:
            before = sum(one[0] > DispatchPriority.MEDIUM for one in listed)
            calls.insert(before, (None, None))
        stopped: set[str | None] = set()
        for subgroup, function in calls:
            if subgroup in stopped:
                continue
            if function is None:
                assert core is not None
                core()
            elif _called(function, target, context, arguments) is PriorityDispatchResult.STOP:
                stopped.add(subgroup)


def _called(function: Comparator, target: str, context: Any, arguments: Iterable[Any]) -> Any:
    try:
        return function(context, *arguments)
    except Exception as exc:
        named = " ".join(repr(one) for one in arguments if isinstance(one, str))
        raise errors.autogenerate.ComparingFailed(
            f"comparator {where(function)}", f"{target} {named}".strip(), f"{type(exc).__name__}: {exc}"
        ) from exc


def where(function: Any) -> str:
    """Return where a function is defined; what ``env.py`` defines anew is at the same place."""
    return f"{function.__module__}.{getattr(function, '__qualname__', function)}"


comparators = Comparators()
