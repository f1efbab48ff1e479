"""How an operation gets from its directive to its implementation, quickly."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.operations import UnknownOption, UsageError
from migrateops.operations import registry
from migrateops.operations.checking import in_our_words, refuse_misspelt_dialects, require_types
from migrateops.operations.declare import Form, MigrateOperation
from migrateops.operations.registry import Implementation
from migrateops.operations.stub import plain

if TYPE_CHECKING:
    from migrateops.operations.base import AbstractOperations
    from migrateops.operations.target import Target


class Known:
    """What an ``Operations`` has looked up in the namespace, until anything is registered anew.

    Apart from it, as attributes of a class with ``__getattr__`` are slower to read.
    """

    __slots__ = ("chains", "context", "functions", "generation", "running")

    def __init__(self, context: Any) -> None:
        self.context = context
        self.running: list[tuple[MigrateOperation, tuple[Implementation, ...], int]] = []
        self.forget()

    def forget(self) -> None:
        """Look everything up again."""
        self.generation = registry.current_generation
        self.functions: dict[str, Callable[..., Any]] = {}
        self.chains: dict[type, tuple[Implementation, ...]] = {}


def run(
    operations: AbstractOperations,
    known: Known,
    operation: MigrateOperation,
    chain: tuple[Implementation, ...],
    index: int,
) -> Any:
    """Run one implementation; where others follow it, note which one runs, for ``next()``."""
    implementation = chain[index]
    if len(chain) == 1:
        if implementation.lowering:
            return _send(implementation, operation, known.context)
        return implementation.function(operations, operation)
    known.running.append((operation, chain, index))
    try:
        if implementation.lowering:
            return _send(implementation, operation, known.context)
        return implementation.function(operations, operation)
    finally:
        known.running.pop()


def _send(implementation: Implementation, operation: MigrateOperation, context: Any) -> Any:
    """Send what a lowering yields, and return what it returns.

    All of it is made before the first statement is sent: half of an operation is worse than none.
    """
    target, send = context.target, context.run_statement
    try:
        statements, result = _prepared(implementation, operation, target)
        for statement in statements:
            send(statement)
    except Exception as error:
        own = _of(error, operation, target.name)
        if own is None:
            raise
        raise own from error
    return result


def require_writable(operations: AbstractOperations, operation: MigrateOperation) -> None:
    """Refuse what has no SQL here, before an implementation does what cannot be taken back.

    Args:
        operations: What would send the operation.
        operation: One with a lowering; of one without nothing is known.

    Raises:
        MigrateOpsError: It cannot be written.
    """
    context = operations.migration_context
    chain = context.namespace.chain(type(operation), context.target.keys)
    lowering = next((each for each in chain if each.lowering), None)
    if lowering is None:
        return
    try:
        for statement in _prepared(lowering, operation, context.target)[0]:
            if hasattr(statement, "compile"):
                statement.compile(dialect=context.dialect)
    except Exception as error:
        own = _of(error, operation, context.target.name)
        if own is None:
            raise
        raise own from error


def _prepared(
    implementation: Implementation, operation: MigrateOperation, target: Target
) -> tuple[list[Any], Any]:
    """Return the statements that a lowering yields, and what it returns."""
    refuse_unknown_options(operation)
    require_types(operation)
    refuse_misspelt_dialects(operation, target.keys)
    return _written(implementation.function(operation, target) or (), target.dialect)


def _of(error: Exception, operation: MigrateOperation, dialect: str) -> Exception | None:
    """Return the error to raise in the place of *error*, which says what it was about; None for itself."""
    if isinstance(error, MigrateOpsError):
        return None
    own = in_our_words(error, operation, dialect)
    if own is None:
        error.add_note(f"{operation.describe()} on {dialect}")
    return own


def _written(yielded: Iterable[Any], dialect: Any) -> tuple[list[Any], Any]:
    """Return the statements of a lowering, those behind the first compiled once, and what it returns."""
    statements, iterator, result = [], iter(yielded), None
    first = True
    while True:
        try:
            statement = next(iterator)
        except StopIteration as end:
            result = end.value
            break
        statements.append(statement)
        compile_ = getattr(statement, "compile", None)
        if compile_ is not None:
            if not first:
                compile_(dialect=dialect)
            first = False
    return statements, result


def usage_error(form: Form, name: str, function: Callable[..., Any], exc: TypeError) -> UsageError | None:
    """Return the error for a call with arguments that a directive does not take.

    None if *exc* was raised inside the call, not by the call itself: then the traceback does not
    end in the frame that called.
    """
    if exc.__traceback__ is None or exc.__traceback__.tb_next is not None:
        return None
    receiver = "op" if form == "op" else "batch_op"
    problem = str(exc).partition("() ")[2] or str(exc)
    signature = inspect.signature(function)
    # What is bound already has no parameter for the object that it is bound to.
    skipped = 0 if inspect.ismethod(function) else 1
    shown = plain(signature.replace(parameters=list(signature.parameters.values())[skipped:]))
    return UsageError(f"{receiver}.{name}", problem, f"{receiver}.{name}{shown}")


def refuse_unknown_options(operation: MigrateOperation) -> None:
    """Refuse an option that is none of a dialect's: a misspelt parameter would be lost in silence.

    Raises:
        UnknownOption: There is one.
    """
    spec = operation.__op_spec__
    if operation.__options__ is None or spec is None or spec.options is None:
        return
    given = getattr(operation, spec.options)
    if not given:
        return
    known = {f.param for f in spec.fields} | operation.__options__
    for name in given:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        # An option of a dialect is named <dialect>_<option>.
        if near or "_" not in name.strip("_"):
            raise UnknownOption(operation.describe(), name, near[0] if near else None)
