"""What can be wrong with an operation: its declaration, its call, its implementation."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, closest


class OperationError(MigrateOpsError):
    """Base of the 3xx codes."""


class UsageError(OperationError, TypeError):
    """A directive was called with arguments that it does not take."""

    code = "MO301"
    call: str
    problem: str
    usage: str

    def message(self) -> str:
        return f"{self.call}() {self.problem}"

    def hint(self) -> str:
        return f"usage: {self.usage}"


class NotDeclared(OperationError, TypeError):
    """A class was registered that is neither declared nor has the directive as a classmethod."""

    code = "MO302"
    class_name: str
    name: str
    inherits: bool = False

    def message(self) -> str:
        if self.inherits:
            return f"cannot register {self.class_name!r} as {self.name!r}: only its base is declared"
        return f"cannot register {self.class_name!r} as {self.name!r}: it has no classmethod of that name"

    def hint(self) -> str:
        if self.inherits:
            return f"put @operation on {self.class_name}, below the decorator that registers it"
        return (
            f"write the classmethod {self.name!r}, or put @operation on the class, below the other decorators"
        )


class BadDeclaration(OperationError, TypeError):
    """The fields of a declared operation contradict each other."""

    code = "MO303"
    class_name: str
    problem: str

    def message(self) -> str:
        return f"operation {self.class_name!r} cannot be declared: {self.problem}"


class ReservedName(OperationError, ValueError):
    """An operation was registered under the name of a member of Operations."""

    code = "MO304"
    name: str
    class_name: str

    def message(self) -> str:
        return f"{self.class_name!r} cannot be registered as {self.name!r}: it is a member of Operations"

    def hint(self) -> str:
        return "register it under another name"


class ImplementationExists(OperationError, ValueError):
    """A second implementation was registered for one operation class and dialect."""

    code = "MO305"
    class_name: str
    dialect: str
    existing: str

    def message(self) -> str:
        return (
            f"{self.class_name!r} already has an implementation for dialect {self.dialect!r}: {self.existing}"
        )

    def hint(self) -> str:
        return "pass replace=True to put this one in front; operations.next(operation) calls the former"


class NoImplementation(OperationError, NotImplementedError):
    """Nobody says how to run this operation on this dialect."""

    code = "MO306"
    operation: str
    dialect: str
    available: tuple[str, ...] = ()

    def message(self) -> str:
        return f"operation {self.operation!r} has no implementation for dialect {self.dialect!r}"

    def hint(self) -> str:
        if self.available:
            return f"guard the call by dialect: it is implemented for {', '.join(self.available)}"
        return f"register one with @Operations.implementation_for({self.operation})"


class NoNextImplementation(OperationError, LookupError):
    """operations.next() was called where there is nothing further to call."""

    code = "MO307"
    operation: str

    def message(self) -> str:
        return f"operations.next(): there is no further implementation of {self.operation!r}"

    def hint(self) -> str:
        return "call it only from an implementation registered with replace=True or for one dialect"


class NotReversible(OperationError, NotImplementedError):
    """The operation does not know how to be taken back."""

    code = "MO308"
    operation: str
    reason: str

    def message(self) -> str:
        return f"{self.operation} cannot be reversed: {self.reason}"

    def hint(self) -> str:
        return "write the opposite step into downgrade() by hand"


class NoDiffTuple(OperationError, NotImplementedError):
    """The operation has no form as a difference tuple."""

    code = "MO309"
    operation: str

    def message(self) -> str:
        return f"{self.operation!r} has no diff tuple"


class NoEnvironment(OperationError, RuntimeError, AttributeError):
    """A directive was called where no migration environment is active."""

    code = "MO310"
    what: str
    in_thread: bool = False

    def message(self) -> str:
        where = "in a thread that a migration started" if self.in_thread else "outside a running migration"
        return f"{self.what} was used {where}"

    def hint(self) -> str:
        if self.in_thread:
            return "start the thread's function with contextvars.copy_context().run(function)"
        return "in a program, use Operations(MigrationContext.configure(connection))"


class UnknownDirective(OperationError, AttributeError):
    """No layer offers an operation of this name."""

    code = "MO311"
    namespace: str
    operation: str
    known: tuple[str, ...] = ()

    def message(self) -> str:
        return f"{self.namespace}.{self.operation} is not an operation that is installed or registered here"

    def hint(self) -> str:
        guess = closest(self.operation, self.known)
        if guess:
            return f"did you mean {self.namespace}.{guess}?"
        return "install the plugin that provides it, or register it with @Operations.register_operation"


class NotASchemaItem(OperationError, TypeError):
    """Something that is no Column, Constraint or Index was given as one."""

    code = "MO312"
    call: str
    expected: str
    given: str

    def message(self) -> str:
        return f"{self.call}: expected {self.expected}, got {self.given}"

    def hint(self) -> str:
        return "give SQLAlchemy objects: sa.Column('name', sa.String(50))"


class UnsupportedOperation(OperationError, NotImplementedError):
    """The dialect cannot do what the operation asks."""

    code = "MO313"
    operation: str
    dialect: str
    what: str
    alternative: str | None = None

    def message(self) -> str:
        return f"{self.operation}: {self.dialect} does not support {self.what}"

    def hint(self) -> str | None:
        return self.alternative


class NotAwaitable(OperationError, ValueError):
    """run_async was used on a connection that is not an asyncio one."""

    code = "MO314"
    dialect: str

    def message(self) -> str:
        return f"op.run_async() needs a connection of an asyncio driver; this one is {self.dialect!r}"

    def hint(self) -> str:
        return "connect with an asyncio driver, or call the function on op.get_bind()"


class IncompleteOperation(OperationError, ValueError):
    """An operation lacks a value that this dialect needs."""

    code = "MO315"
    operation: str
    dialect: str
    needs: str

    def message(self) -> str:
        return f"{self.operation}: {self.dialect} needs {self.needs}"

    def hint(self) -> str:
        return f"give {self.needs} in the call"


class UnboundParameter(OperationError, ValueError):
    """SQL text of a DDL statement has a parameter, and nothing gives it a value."""

    code = "MO317"
    call: str
    name: str

    def message(self) -> str:
        return f"{self.call}: the SQL text has a parameter ':{self.name}' without a value"

    def hint(self) -> str:
        return f"where it is no parameter, write the colon as r'\\:{self.name}'"


class DefaultWithoutSQL(OperationError, ValueError):
    """A new server default is one of which only the server knows what it is."""

    code = "MO318"
    table: str
    column: str
    given: str

    def message(self) -> str:
        return f"the new default of '{self.table}.{self.column}' is a {self.given}, which has no SQL to write"

    def hint(self) -> str:
        return "give server_default a string, text() or a function"


class DuplicateOperation(OperationError, ValueError):
    """Two modules of plugins registered one name."""

    code = "MO316"
    name: str
    modules: tuple[str, ...]

    def message(self) -> str:
        return (
            f"operation {self.name!r} is registered by more than one plugin module: {', '.join(self.modules)}"
        )

    def hint(self) -> str:
        return "deny the plugin that should not offer it: [plugins] deny"


class UnknownOption(OperationError, TypeError):
    """A keyword was given that is neither a parameter nor an option of a dialect."""

    code = "MO319"
    call: str
    option: str
    near: str | None

    def message(self) -> str:
        return f"{self.call}: there is no parameter {self.option!r}"

    def hint(self) -> str:
        if self.near:
            return f"did you mean {self.near}=?"
        return "remove it; an option of a dialect is named <dialect>_<option>"


class NotAList(OperationError, TypeError):
    """One name was given where a list of names is wanted."""

    code = "MO320"
    call: str
    parameter: str
    given: str

    def message(self) -> str:
        return f"{self.call}: {self.parameter} must be a list, got {self.given}"

    def hint(self) -> str:
        return f"write {self.parameter}=[...]"


class UnknownColumn(OperationError, ValueError):
    """Rows have a value for a column that their table does not have."""

    code = "MO321"
    operation: str
    table: str
    column: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.operation}: table {self.table!r} has no column {self.column!r}"

    def hint(self) -> str:
        guess = closest(self.column, self.known)
        if guess:
            return f"did you mean {guess!r}?"
        return "list the column in the table that is given; its columns are those that rows may have"


class WrongType(OperationError, TypeError):
    """An argument of a directive is of another kind than its parameter takes."""

    code = "MO322"
    call: str
    parameter: str
    expected: str
    given: str

    def message(self) -> str:
        return f"{self.call}: {self.parameter} must be {self.expected}, got {self.given}"


class CannotBeWritten(OperationError, ValueError):
    """SQLAlchemy has no SQL for what an operation asks, on this dialect; nothing of it was sent."""

    code = "MO323"
    operation: str
    dialect: str
    reason: str

    def message(self) -> str:
        return f"{self.operation} cannot be written for {self.dialect}: {self.reason}"


class SeveralContainers(OperationError, ValueError):
    """The one container of a script was asked for, and it has several: one for each database."""

    code = "MO324"
    name: str
    count: int

    def message(self) -> str:
        return f"this script has {self.count} {self.name}"

    def hint(self) -> str:
        return f"use {self.name}_list"
