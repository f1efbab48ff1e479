"""Rewriters: functions that change generated operations, class by class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from migrateops import errors
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops import CreateTableOp, MigrationScript, OpContainer

Rewrite = Callable[[Any, Any, Any], MigrateOperation | Iterable[MigrateOperation] | None]
ProcessDirectives = Callable[[Any, Any, list[MigrationScript]], None]
FnT = TypeVar("FnT", bound=Rewrite)


class Rewriter:
    """Change the operations of generated scripts; a value for ``process_revision_directives``.

    Each function gets ``(context, revision, op)`` and returns the operation, others in its place,
    or None to leave it out.  What it returns is not given to the same rewriter again.
    """

    def __init__(self) -> None:
        self._functions: dict[type[MigrateOperation], Rewrite] = {}
        self._chained: tuple[ProcessDirectives, ...] = ()

    def rewrites(
        self, operator: type[MigrateOperation] | Iterable[type[MigrateOperation]]
    ) -> Callable[[FnT], FnT]:
        """Let the decorated function change operations of a class, or of several.

        A class stands for its subclasses as well; a script and its containers are given only to
        functions for them, not to one for every ``MigrateOperation``.

        Args:
            operator: The class or classes.

        Raises:
            RewriterExists: There is a function for the class already.
        """
        classes = [operator] if isinstance(operator, type) else list(operator)

        def decorate(function: FnT) -> FnT:
            for op_cls in classes:
                existing = self._functions.get(op_cls)
                if existing is not None:
                    name = getattr(existing, "__qualname__", repr(existing))
                    raise errors.autogenerate.RewriterExists(op_cls.__name__, f"{existing.__module__}.{name}")
                self._functions[op_cls] = function
            return function

        return decorate

    def chain(self, other: ProcessDirectives) -> Rewriter:
        """Return a rewriter that does what this one does, then what *other* does.

        Args:
            other: A rewriter, or any value for ``process_revision_directives``.
        """
        made = Rewriter()
        made._functions = self._functions
        made._chained = (*self._chained, other)
        return made

    def __call__(self, context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        self.process_revision_directives(context, revision, directives)

    def process_revision_directives(
        self, context: Any, revision: Any, directives: list[MigrationScript]
    ) -> None:
        """Change *directives* in place.

        Args:
            context: The ``MigrationContext``.
            revision: The revision that the script goes on from.
            directives: The scripts.

        Raises:
            NotOneContainer: ``UpgradeOps`` or ``DowngradeOps`` were replaced by none, or by several.
        """
        directives[:] = [
            self._in_script(context, revision, script)
            for given in directives
            for script in self._rewritten(context, revision, given)
        ]
        for other in self._chained:
            other(context, revision, directives)

    def _in_script(self, context: Any, revision: Any, script: Any) -> Any:
        if isinstance(script, MigrationScript):
            script.upgrade_ops_list = [self._one(context, revision, ops) for ops in script.upgrade_ops_list]
            script.downgrade_ops_list = [
                self._one(context, revision, ops) for ops in script.downgrade_ops_list
            ]
        return script

    def _one(self, context: Any, revision: Any, container: OpContainer) -> Any:
        found = list(self._traverse(context, revision, container))
        if len(found) != 1:
            raise errors.autogenerate.NotOneContainer(type(container).__name__, len(found))
        return found[0]

    def _traverse(self, context: Any, revision: Any, op: MigrateOperation) -> Iterator[MigrateOperation]:
        for made in self._rewritten(context, revision, op):
            if isinstance(made, OpContainer):
                made.ops[:] = [
                    result for inner in list(made.ops) for result in self._traverse(context, revision, inner)
                ]
            yield made

    def _rewritten(self, context: Any, revision: Any, op: MigrateOperation) -> Sequence[MigrateOperation]:
        function = self._function(type(op))
        if function is None:
            return [op]
        answer = function(context, revision, op)
        if answer is None:
            return []
        made = [answer] if isinstance(answer, MigrateOperation) else list(answer)
        if isinstance(op, CreateTableOp):
            _take_over(op, made)
        return made

    def _function(self, op_cls: type[MigrateOperation]) -> Rewrite | None:
        holds_others = issubclass(op_cls, OpContainer | MigrationScript)
        for cls in op_cls.__mro__:
            if cls is MigrateOperation and holds_others:
                break
            if cls in self._functions:
                return self._functions[cls]
        return None


def _take_over(op: CreateTableOp, made: Sequence[MigrateOperation]) -> None:
    """Tell operations that create the same table which columns' constraints are listed beside them."""
    for one in made:
        if isinstance(one, CreateTableOp) and (one.schema, one.table_name) == (op.schema, op.table_name):
            one.constraints_included = op.constraints_included
