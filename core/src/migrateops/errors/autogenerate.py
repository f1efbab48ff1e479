"""What can be wrong when scripts are generated: the inputs, and what cannot be written as source."""

from __future__ import annotations

from migrateops.errors.base import TRACEBACK
from migrateops.errors.operations import OperationError


class NoModels(OperationError, ValueError):
    """Models are to be compared with a database, and there are none."""

    code = "MO330"

    def message(self) -> str:
        return "there are no models to compare the database with"

    def hint(self) -> str:
        return "give context.configure(target_metadata=...), or set models in the configuration"


class NothingToRead(OperationError, RuntimeError):
    """Models are to be compared with a database, and there is no connection to one."""

    code = "MO331"

    def message(self) -> str:
        return "models cannot be compared offline: there is no database to read"

    def hint(self) -> str:
        return "run it with a connection, without --sql"


class TableInTwoModels(OperationError, ValueError):
    """Several MetaData objects are the models, and one table is in more than one of them."""

    code = "MO332"
    table: str

    def message(self) -> str:
        return f"table {self.table!r} is in more than one of the MetaData objects"

    def hint(self) -> str:
        return "keep each table in one MetaData"


class NoRenderer(OperationError, ValueError):
    """An operation is neither declared nor has a renderer, so that no call can be written for it."""

    code = "MO333"
    operation: str

    def message(self) -> str:
        return f"operation {self.operation!r} cannot be written into a script: nothing says what its call is"

    def hint(self) -> str:
        renderer = f"@renderers.dispatch_for({self.operation})"
        return f"declare the class with @operation, or register a renderer with {renderer}"


class RendererExists(OperationError, ValueError):
    """A second renderer was registered for one operation class."""

    code = "MO334"
    operation: str
    existing: str

    def message(self) -> str:
        return f"{self.operation!r} already has a renderer: {self.existing}"

    def hint(self) -> str:
        return "pass replace=True to put this one in its place"


class NotRenderable(OperationError, ValueError):
    """A value has no form as Python source."""

    code = "MO335"
    value: str
    reason: str
    table: str | None = None
    column: str | None = None

    def message(self) -> str:
        if self.table is None:
            where = "" if self.column is None else f" of column {self.column!r}"
        else:
            name = self.table if self.column is None else f"{self.table}.{self.column}"
            where = f" of {'table' if self.column is None else 'column'} {name!r}"
        return f"{self.value}{where} cannot be written into a script: {self.reason}"

    def hint(self) -> str:
        return "return its source from render_item or from the hook migrateops_render_value"


class RewriterExists(OperationError, ValueError):
    """A Rewriter was given a second function for one operation class."""

    code = "MO336"
    operation: str
    existing: str

    def message(self) -> str:
        return f"this rewriter already has a function for {self.operation!r}: {self.existing}"

    def hint(self) -> str:
        return "make a second Rewriter and join the two with chain()"


class NotOneContainer(OperationError, ValueError):
    """A Rewriter replaced what a script's function does by nothing, or by several."""

    code = "MO337"
    container: str
    count: int

    def message(self) -> str:
        return f"a rewriter returned {self.count} objects for one {self.container!r}"

    def hint(self) -> str:
        return "return exactly one, and change its ops"


class WrongHookAnswer(OperationError, TypeError):
    """A hook, or a function of the project, answered with something else than it was asked for."""

    code = "MO338"
    hook: str
    answer: str
    wanted: str = "a list of operations, or None"

    def message(self) -> str:
        return f"{self.hook!r} answered {self.answer}, not {self.wanted}"

    def hint(self) -> str:
        return f"return {self.wanted}"


class KindExists(OperationError, ValueError):
    """Two kinds of schema objects have one name."""

    code = "MO339"
    kind: str
    classes: tuple[str, ...]

    def message(self) -> str:
        return f"kind {self.kind!r} of schema objects is defined more than once: {', '.join(self.classes)}"

    def hint(self) -> str:
        return "deny one of the plugins in [plugins] deny"


class BadSnapshot(OperationError, ValueError):
    """A snapshot in JSON is not one, or is of a later format."""

    code = "MO340"
    problem: str

    def message(self) -> str:
        return f"this is no snapshot that can be read: {self.problem}"


class ModelNotCompiled(OperationError, ValueError):
    """A table of the models says something that the dialect has no words for."""

    code = "MO341"
    table: str
    column: str | None
    dialect: str
    problem: str

    def message(self) -> str:
        where = f"table {self.table!r}" if self.column is None else f"column '{self.table}.{self.column}'"
        return f"{where} of the models cannot be written for {self.dialect}: {self.problem}"

    def hint(self) -> str:
        return "give its type a variant for this dialect, or leave the table out with include_object"


class ComparingFailed(OperationError, RuntimeError):
    """A function of the project that was asked while comparing raised an error."""

    code = "MO342"
    function: str
    where: str
    problem: str

    def message(self) -> str:
        return f"{self.function}, asked about {self.where}, failed: {self.problem}"

    def hint(self) -> str:
        where = "given to context.configure(), or named in the configuration"
        return f"correct the function, which is {where}; {TRACEBACK}"


class WrongRenameHint(OperationError, ValueError):
    """``renamed_from`` of a model is no other name than the one that it has."""

    code = "MO343"
    where: str
    value: str
    problem: str

    def message(self) -> str:
        return f"renamed_from={self.value} of {self.where} says nothing: {self.problem}"

    def hint(self) -> str:
        return "give the name that it had before, or a list of all names that it had"


class AmbiguousRename(OperationError, ValueError):
    """Hints of the models say in more than one way what was renamed."""

    code = "MO344"
    where: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    def message(self) -> str:
        old, new = (" and ".join(repr(name) for name in names) for names in (self.old, self.new))
        return f"{self.where}: by the hints of the models, {old} became {new}"

    def hint(self) -> str:
        return "leave the one renamed_from that is right"


class SchemaNotRead(OperationError, RuntimeError):
    """The server refused to show its schema."""

    code = "MO345"
    what: str
    problem: str

    def message(self) -> str:
        return f"{self.what} cannot be read from the database: {self.problem}"

    def hint(self) -> str:
        return "let the user of the database see them, or leave them out with include_name"


class DefaultRefused(OperationError, ValueError):
    """The server does not take the default of a column of the models."""

    code = "MO346"
    table: str
    column: str
    default: str
    problem: str

    def message(self) -> str:
        return (
            f"server_default {self.default} of column '{self.table}.{self.column}' is refused: {self.problem}"
        )

    def hint(self) -> str:
        return "give sa.text() for an expression, and a string for a value"
