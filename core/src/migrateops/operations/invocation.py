"""How an operation gets from its directive to its implementation, quickly."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import registry
from migrateops.operations.checking import in_our_words, refuse_misspelt_dialects, require_types
from migrateops.operations.declare import Form, MigrateOperation
from migrateops.operations.registry import Implementation

if TYPE_CHECKING:
    from migrateops.operations.base import AbstractOperations
    from migrateops.operations.target import Target


Runner = Callable[["AbstractOperations", MigrateOperation], Any]
Chain = tuple[tuple[Runner, bool], ...]
"""What runs an operation, in order, and whether it is noted which one runs."""
Running = tuple[MigrateOperation, Chain, int, Any]


class Known:
    """What an ``Operations`` has looked up in the namespace, until anything is registered anew.

    Apart from it, as attributes of a class with ``__getattr__`` are slower to read.

    Args:
        stands_in: Directives that need nothing but ``invoke()`` may be bound to this in its place.

    Attributes:
        directives: The methods, by name.
        chains: The implementations, by the class of the operation.
        running: The innermost operation whose implementation may ask for the next one, its chain, the
            place in it, and the same of the operation around it; or None.
    """

    __slots__ = ("__weakref__", "chains", "context", "directives", "operations", "running", "stands_in")

    def __init__(self, operations: AbstractOperations, context: Any, *, stands_in: bool) -> None:
        self.operations = operations
        self.stands_in = stands_in
        self.context = context
        self.running: Running | None = None
        self.forget()
        registry.tell_of_changes(self)

    def forget(self) -> None:
        """Look everything up again."""
        # New dictionaries, not cleared ones: another thread may be reading.
        self.directives: dict[str, Callable[..., Any]] = {}
        self.chains: dict[type, Chain] = {}

    def directive(self, name: str) -> Callable[..., Any]:
        """Return the method of that name.

        Raises:
            MigrateOpsError: Nobody offers it here.
        """
        directives = self.directives
        method = directives.get(name)
        if method is None:
            operations = self.operations
            function: Any = self.context.namespace.directive(operations.form, name).function
            short = self.stands_in and getattr(function, "__only_invokes__", False)
            directives[name] = method = function.__get__(self if short else operations)
        return method

    def invoke(self, operation: MigrateOperation) -> Any:
        """Run the first implementation of *operation*, between the two calls of the observer if there is one.

        Raises:
            NoImplementation: There is none for this dialect.
        """
        chain = self.chains.get(type(operation))
        if chain is None:
            chain = self._find(operation)
        observer = self.context.observer
        if observer is None:
            run, noted = chain[0]
            if not noted:
                return run(self.operations, operation)
            outer = self.running
            self.running = (operation, chain, 0, outer)
            try:
                return run(self.operations, operation)
            finally:
                self.running = outer
        observer.before_operation(operation)
        try:
            result = self.noted(operation, chain, 0)
        except BaseException as exc:
            observer.after_operation(operation, exc)
            raise
        observer.after_operation(operation, None)
        return result

    def next(self, operation: MigrateOperation) -> Any:
        """Run the implementation that the one now running for *operation* has replaced.

        Raises:
            NoNextImplementation: There is no further one.
        """
        outer = self.running
        while outer is not None:
            running, chain, index, outer = outer
            if running is operation:
                if index + 1 == len(chain):
                    break
                run, noted = chain[index + 1]
                return self.noted(operation, chain, index + 1) if noted else run(self.operations, operation)
        raise errors.operations.NoNextImplementation(type(operation).__name__)

    def noted(self, operation: MigrateOperation, chain: Chain, index: int) -> Any:
        """Run one implementation, and note which one it is, for ``next()``."""
        outer = self.running
        self.running = (operation, chain, index, outer)
        try:
            return chain[index][0](self.operations, operation)
        finally:
            self.running = outer

    def _find(self, operation: MigrateOperation) -> Chain:
        context, op_cls, chains = self.context, type(operation), self.chains
        found: tuple[Implementation, ...] = context.namespace.chain(op_cls, context.target.keys)
        if not found:
            known = context.namespace.implemented_for(op_cls)
            raise errors.operations.NoImplementation(op_cls.__name__, context.target.name, known)
        # A lowering does not ask for the next one, and where there is none, nothing need be noted.
        every: Chain = tuple(
            (_sender(i.function, op_cls, context), False) if i.lowering else (i.function, len(found) > 1)
            for i in found
        )
        options = op_cls.__op_spec__.options if op_cls.__op_spec__ is not None else None
        chain: Chain = ()
        for index, made in reversed(tuple(enumerate(every))):
            if found[index].only_with_options and options is not None and chain:
                made = (_only_with(options, self, every, index, chain), False)
            chain = (made, *chain)
        chains[op_cls] = chain
        return chain


def _only_with(options: str, known: Known, every: Chain, index: int, behind: Chain) -> Runner:
    """Return what runs one implementation if an operation has options, and else what is behind it."""
    following, noted = behind[0]

    def run(operations: AbstractOperations, operation: MigrateOperation) -> Any:
        if getattr(operation, options):
            return known.noted(operation, every, index)
        return known.noted(operation, behind, 0) if noted else following(operations, operation)

    return run


def _sender(lowering: Callable[..., Any], op_cls: type[MigrateOperation], context: Any) -> Runner:
    """Return what sends the statements of a lowering, and returns what that returns.

    All of it is made before the first statement is sent: half of an operation is worse than none.
    """
    in_order = op_cls.__op_spec__.in_order if op_cls.__op_spec__ is not None else None
    target, run = context.target, context.run_statement

    def send(_: AbstractOperations, operation: MigrateOperation) -> Any:
        try:
            if in_order is not None and not in_order(operation):
                _require_in_order(operation, target)
            made = lowering(operation, target)
            if type(made) is list and len(made) == 1:
                run(made[0])
                return None
            statements, result = _whole(made, target)
            for statement in statements:
                run(statement)
        except Exception as error:
            own = _of(error, operation, target.name)
            if own is None:
                raise
            raise own from error
        return result

    return send


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
        if operation.__op_spec__ is not None:
            _require_in_order(operation, context.target)
        made = lowering.function(operation, context.target)
        for statement in _whole(made, context.target)[0]:
            if hasattr(statement, "compile"):
                statement.compile(dialect=context.dialect)
    except Exception as error:
        own = _of(error, operation, context.target.name)
        if own is None:
            raise
        raise own from error


def _require_in_order(operation: MigrateOperation, target: Target) -> None:
    """Refuse what no lowering need look at: options that nobody has, values of the wrong kinds."""
    refuse_unknown_options(operation, target)
    require_types(operation, target)
    refuse_misspelt_dialects(operation, target.keys)


@contextmanager
def checked(operation: MigrateOperation, target: Target) -> Iterator[None]:
    """Do what is done around a lowering, for implementations that make their statements themselves.

    Args:
        operation: The operation, whose arguments are checked.
        target: The server.

    Raises:
        UnknownOption: It has an option that there is not.
        WrongType: A name is no string, or a type is none of SQLAlchemy's.
        CannotBeWritten: SQLAlchemy has no SQL for a part of it.
    """
    _require_in_order(operation, target)
    try:
        yield
    except MigrateOpsError:
        raise
    except Exception as error:
        own = in_our_words(error, operation, target.name)
        if own is None:
            raise
        raise own from error


def _whole(made: Any, target: Target) -> tuple[list[Any], Any]:
    """Return the statements that a lowering makes, all of which can be written, and what it returns."""
    result = None
    if type(made) is not list:
        made, result = _drained(made or ())
    if len(made) > 1:
        _try_those_behind_the_first(made, target.dialect)
    return made, result


def _of(error: Exception, operation: MigrateOperation, dialect: str) -> Exception | None:
    """Return the error to raise in the place of *error*, which says what it was about; None for itself."""
    if isinstance(error, MigrateOpsError):
        return None
    own = in_our_words(error, operation, dialect)
    if own is None:
        error.add_note(f"{operation.describe()} on {dialect}")
    return own


def _drained(yielded: Iterable[Any]) -> tuple[list[Any], Any]:
    """Return what a lowering yields, and what it returns."""
    statements, iterator = [], iter(yielded)
    while True:
        try:
            statements.append(next(iterator))
        except StopIteration as end:
            return statements, end.value


def _try_those_behind_the_first(statements: Iterable[Any], dialect: Any) -> None:
    """Find out whether the statements can be written; if the first cannot, nothing is sent anyhow."""
    first = True
    for statement in statements:
        compile_ = getattr(statement, "compile", None)
        if compile_ is not None:
            if not first:
                compile_(dialect=dialect)
            first = False


def usage_error(
    form: Form, name: str, function: Callable[..., Any], exc: TypeError
) -> errors.operations.UsageError | None:
    """Return the error for a call with arguments that a directive does not take.

    None if *exc* was raised inside the call, not by the call itself: then the traceback does not
    end in the frame that called.
    """
    if exc.__traceback__ is None or exc.__traceback__.tb_next is not None:
        return None
    from migrateops.operations.stub import plain

    receiver = "op" if form == "op" else "batch_op"
    problem = str(exc).partition("() ")[2] or str(exc)
    signature = inspect.signature(function)
    # What is bound already has no parameter for the object that it is bound to.
    skipped = 0 if inspect.ismethod(function) else 1
    shown = plain(signature.replace(parameters=list(signature.parameters.values())[skipped:]))
    return errors.operations.UsageError(f"{receiver}.{name}", problem, f"{receiver}.{name}{shown}")


def refuse_unknown_options(operation: MigrateOperation, target: Target) -> None:
    """Refuse an option that is none of a dialect's: a misspelt parameter would be lost in silence.

    Where such things are passed over, it is taken out; but of what SQLAlchemy makes, which refuses it too.

    Raises:
        UnknownOption: There is one.
    """
    spec = operation.__op_spec__
    if operation.__options__ is None or spec is None or spec.options is None:
        return
    given = dict(getattr(operation, spec.options) or {})
    known = {f.param for f in spec.fields} | operation.__options__
    for name in given:
        if name in known or name.startswith(f"{target.name}_"):
            continue
        import difflib

        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        # An option of a dialect is named <dialect>_<option>.
        if near or "_" not in name.strip("_"):
            error = errors.operations.UnknownOption(operation.describe(), name, near[0] if near else None)
            if target.passed_over is None or not operation.__op_names__.get("op", "").endswith("_column"):
                raise error
            target.passed_over(f"{error.message()}; it is passed over")
            left = {key: each for key, each in getattr(operation, spec.options).items() if key != name}
            setattr(operation, spec.options, left)
