"""Operations: directives in, implementations out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from migrateops import current, errors
from migrateops.operations._surface import BatchSurface, OperationsSurface
from migrateops.operations.batch import TableBatch, require_arguments
from migrateops.operations.declare import Form, MigrateOperation
from migrateops.operations.invocation import Known, usage_error
from migrateops.operations.registry import (
    DEFAULT,
    Namespace,
    calling_scope,
    directive_maker,
)
from migrateops.operations.target import Target

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import conv

    from migrateops.operations.schema_objects import SchemaObjects

T = TypeVar("T")
OpT = TypeVar("OpT", bound=type[Any])
FnT = TypeVar("FnT", bound=Callable[..., Any])


class Observer(Protocol):
    """What is told of each operation, before and after; plugins' hooks come in through it."""

    def before_operation(self, operation: MigrateOperation) -> None: ...

    def after_operation(self, operation: MigrateOperation, error: BaseException | None) -> None: ...


class _Layered(type):
    """Answer ``Operations.<name>`` from the same layers as ``op.<name>``; the class is never changed."""

    form: ClassVar[Form]

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        namespace = _current_namespace()
        return namespace.directive(cls.form, name).function

    def __dir__(cls) -> Iterable[str]:
        return [*super().__dir__(), *_current_namespace().names(cls.form)]


_core_only = Namespace()


def _current_namespace() -> Namespace:
    frame = current.frame()
    if frame is None:
        return _core_only
    if frame.operations is not None:
        found: Namespace = frame.operations.migration_context.namespace
        return found
    environment = frame.environment
    # While ``env.py`` runs, nothing is configured yet.
    return (
        Namespace(environment.plugins, environment.registrations) if environment is not None else _core_only
    )


class AbstractOperations(metaclass=_Layered):
    """What the facade of a script and the one of a batch have in common."""

    form: ClassVar[Form]

    def __init__(self, migration_context: Any, impl: Any = None) -> None:
        self.migration_context: Any = migration_context
        self._impl = impl
        self.known = Known(self, migration_context, stands_in=type(self).invoke is AbstractOperations.invoke)

    # -- registration -----------------------------------------------------------------------
    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[OpT], OpT]:
        """Offer the decorated class as ``op.<name>()``.

        The directive is the class's classmethod *sourcename* (or *name*) if there is one, else
        the fields of the class, declared with ``@operation``.

        Args:
            name: The method's name on ``op``.
            sourcename: The classmethod's name, where it differs.

        Raises:
            NotDeclared: The class has neither such a classmethod nor a declaration of its own.
            ReservedName: *name* is a member of ``Operations`` itself, such as ``invoke``.
        """
        registrations, module = calling_scope(1)

        def register(op_cls: OpT) -> OpT:
            if name.startswith("_") or is_member(cls, name):
                raise errors.operations.ReservedName(name, op_cls.__name__)
            make = directive_maker(op_cls, name, cls.form, sourcename)
            registrations.add_directive(cls.form, name, op_cls, make, module)
            return op_cls

        return register

    @classmethod
    def implementation_for(
        cls,
        op_cls: type[Any],
        replace: bool = False,
        *,
        dialect: str = DEFAULT,
        only_with_options: bool = False,
    ) -> Callable[[FnT], FnT]:
        """Run the decorated ``function(operations, operation)`` when *op_cls* is invoked.

        Args:
            op_cls: The operation class; its subclasses inherit the implementation.
            replace: Allow that there is one already; ``operations.next(operation)`` calls it.
            dialect: SQLAlchemy's name of the dialect it is for; all of them when omitted.
            only_with_options: Leave an operation without options of a dialect to the next one.

        Raises:
            ImplementationExists: There is one already, and *replace* was not given.
        """
        registrations, module = calling_scope(1)

        def decorate(function: FnT) -> FnT:
            registrations.add_implementation(
                op_cls,
                dialect,
                function,
                module,
                lowering=False,
                replace=replace,
                only_with_options=only_with_options,
            )
            return function

        return decorate

    @classmethod
    def lowering_for(
        cls, op_cls: type[Any], replace: bool = False, *, dialect: str = DEFAULT
    ) -> Callable[[FnT], FnT]:
        """Send the statements that the decorated, pure ``function(operation, target)`` yields.

        A lowering needs no connection: plans, SQL streams and checks read it as well.  It yields
        SQLAlchemy elements or strings (taken as ``text()``); what it returns is what the directive
        returns.

        Args:
            op_cls: The operation class; its subclasses inherit the lowering.
            replace: Allow that there is one already.
            dialect: SQLAlchemy's name of the dialect it is for; all of them when omitted.

        Raises:
            ImplementationExists: There is one already, and *replace* was not given.
        """
        registrations, module = calling_scope(1)

        def decorate(function: FnT) -> FnT:
            registrations.add_implementation(
                op_cls, dialect, lowering(function), module, lowering=True, replace=replace
            )
            return function

        return decorate

    # -- directives -------------------------------------------------------------------------
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self._bound(name)

    def _bound(self, name: str) -> Callable[..., Any]:
        method = self.directive(name)

        @functools.wraps(method, updated=())
        def bound(*args: Any, **kw: Any) -> Any:
            try:
                return method(*args, **kw)
            except TypeError as exc:
                error = usage_error(self.form, name, method, exc)
                if error is None:
                    raise
                raise error from None

        return bound

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self.migration_context.namespace.names(self.form)]

    def directive(self, name: str) -> Callable[..., Any]:
        """Return the function behind the directive *name*, bound to this object.

        Raises:
            MigrateOpsError: Nobody offers it here.
        """
        return self.known.directive(name)

    # -- running ----------------------------------------------------------------------------
    def invoke(self, operation: MigrateOperation) -> Any:
        """Run *operation* through its implementation for this dialect and return the result.

        Raises:
            NoImplementation: There is none for this dialect.
        """
        return self.known.invoke(operation)

    def next(self, operation: MigrateOperation) -> Any:
        """Run the implementation that the one now running for *operation* has replaced.

        Raises:
            NoNextImplementation: There is no further one.
        """
        return self.known.next(operation)

    # -- the rest of the surface --------------------------------------------------------------
    @property
    def impl(self) -> Any:
        """A thin view of the dialect under the names that Alembic's ``impl`` has."""
        return self._impl if self._impl is not None else self.migration_context.impl

    @property
    def schema_obj(self) -> SchemaObjects:
        """Makers of detached tables, constraints and indexes."""
        from migrateops.operations.schema_objects import SchemaObjects

        return SchemaObjects(self.migration_context.target)

    def get_context(self) -> Any:
        """Return the ``MigrationContext``."""
        return self.migration_context

    def get_bind(self) -> Connection:
        """Return the connection that the migration runs on.

        Offline it is an object that writes what it is told to execute into the SQL stream.
        """
        bind: Connection = self.migration_context.bind
        return bind

    def f(self, name: str) -> conv:
        """Mark *name* as final: no naming convention is applied to it."""
        from sqlalchemy.sql.elements import conv

        return conv(name)

    def inline_literal(self, value: str | int | float, type_: Any = None) -> Any:
        """Return an expression that is rendered as a literal, never bound.

        Args:
            value: The value; quoting is the dialect's.
            type_: The SQLAlchemy type that renders it, where the value's own is not enough.
        """
        from migrateops.operations.literals import InlineLiteral

        return InlineLiteral(value, type_)

    def run_async(self, async_function: Callable[..., Any], *args: Any, **kw_args: Any) -> Any:
        """Call ``async_function(connection, *args)`` in the migration's transaction and return its result.

        Args:
            async_function: Gets an ``AsyncConnection`` on this migration's connection first.

        Raises:
            NotAwaitable: The connection is not one of an asyncio driver, or there is none.
        """
        bind = self.migration_context.connection
        if bind is None or self.migration_context.as_sql or not bind.dialect.is_async:
            raise errors.operations.NotAwaitable(self.migration_context.target.name)
        from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
        from sqlalchemy.util import await_only

        connection = AsyncConnection(AsyncEngine(bind.engine), bind)
        return await_only(async_function(connection, *args, **kw_args))


def lowering(function: FnT, *, refuses: Callable[[Target], str | None] | None = None) -> FnT:
    """Mark a function that an entry point advertises as a lowering: ``function(operation, target)``.

    Args:
        function: The lowering.
        refuses: Says of a target why the operation cannot be had there at all, or None; a run
            that needs it is then stopped before its first statement.
    """
    setattr(function, "__lowering__", True)
    setattr(function, "__refuses__", refuses)
    return function


def members(cls: type) -> frozenset[str]:
    """Return the names that the class itself defines: no operation may be called so."""
    return frozenset(name for klass in cls.__mro__ for name in vars(klass)) | {"migration_context"}


def is_member(cls: type, name: str) -> bool:
    """Say whether `members` has a name; asked for each name that a script uses."""
    return name == "migration_context" or any(name in vars(klass) for klass in cls.__mro__)


class Operations(AbstractOperations, OperationsSurface):
    """Invoke operations against a database, or into an SQL stream.

    ``Operations(MigrationContext.configure(connection))`` works in any program; inside a migration
    ``migrateops.op`` stands for the current one.
    """

    form: ClassVar[Form] = "op"

    @classmethod
    @contextmanager
    def context(cls, migration_context: Any) -> Iterator[Operations]:
        """Make ``migrateops.op`` stand for an ``Operations`` of *migration_context* in this block."""
        operations = cls(migration_context)
        with current.entered(operations=operations):
            yield operations

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: Literal["auto", "always", "never"] = "auto",
        partial_reordering: Sequence[tuple[str, ...]] | None = None,
        copy_from: Any = None,
        table_args: Sequence[Any] = (),
        table_kwargs: Mapping[str, Any] | None = None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
        naming_convention: Mapping[str, Any] | None = None,
    ) -> Iterator[BatchOperations]:
        """Collect changes to one table and apply them together when the block ends without an error.

        Where the server can, it alters the table.  Where it cannot, and its pack knows how, the table is
        built anew, with all that belongs to it and all its rows.

        Args:
            table_name: Name of the table, unquoted.
            schema: Schema of the table, unquoted.
            recreate: ``"auto"`` builds the table anew where that is needed, ``"always"`` in any case,
                ``"never"`` in none.
            partial_reordering: Tuples of names of columns that are to stand in that order.
            copy_from: The table as a ``Table``, in place of what the database says; needed in an SQL
                stream where the table is built anew.
            table_args: Constraints and columns to add to the new table.
            table_kwargs: Table options of the dialect for the new table.
            reflect_args: Accepted for Alembic's users; the definition is not reflected.
            reflect_kwargs: Likewise.
            naming_convention: Names by which constraints can be dropped that have none in the database.

        Raises:
            BatchError: A change cannot be made, or rows do not fit; the table is as it was.
            UnsupportedOperation: The table would have to be built anew, and that cannot be had here.
        """
        asked = TableBatch(
            table_name,
            schema,
            (),
            recreate,
            partial_reordering=partial_reordering or (),
            copy_from=copy_from,
            table_args=table_args,
            table_kwargs=table_kwargs,
            naming_convention=naming_convention,
        )
        require_arguments(asked)
        batch = BatchOperations(self, table_name, schema)
        yield batch
        queue, batch.queue = batch.queue, []
        run = self.migration_context.opts.get("run_batch") or self.migration_context.pack.run_batch
        run(self, asked._replace(operations=tuple(queue)))


class _BatchView:
    """What an operation of a batch is told of its table, beside what ``impl`` says."""

    def __init__(self, impl: Any, table_name: str, schema: str | None) -> None:
        self.impl = impl
        self.table_name = table_name
        self.schema = schema

    def __getattr__(self, name: str) -> Any:
        return getattr(self.impl, name)


class BatchOperations(AbstractOperations, BatchSurface):
    """Invoke operations on one table; they are queued until the batch ends."""

    form: ClassVar[Form] = "batch"

    def __init__(self, operations: Operations, table_name: str, schema: str | None = None) -> None:
        super().__init__(operations.migration_context, operations._impl)
        self.operations = operations
        self.scope_table = table_name
        self.scope_schema = schema
        self.queue: list[MigrateOperation] = []

    @property
    def impl(self) -> Any:
        """The view of the dialect, with ``table_name`` and ``schema`` of the table."""
        return _BatchView(super().impl, self.scope_table, self.scope_schema)

    def invoke(self, operation: MigrateOperation) -> Any:
        """Queue *operation* for the end of the batch."""
        if self.migration_context.opts.get("sql_ahead_of_batch"):
            from migrateops.operations.ops import ExecuteSQLOp

            if isinstance(operation, ExecuteSQLOp):
                return self.operations.invoke(operation)
        self.queue.append(operation)
        return None
