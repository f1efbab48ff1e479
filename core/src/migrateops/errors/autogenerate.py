"""What can be wrong when scripts are generated: the inputs, and what cannot be written as source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrateops.errors.operations import OperationError


@dataclass(eq=False)
class NoModels(OperationError, ValueError):
    """Models are to be compared with a database, and there are none."""

    code: ClassVar[str] = "MO330"

    def message(self) -> str:
        return "there are no models to compare the database with"

    def hint(self) -> str:
        return "give context.configure(target_metadata=...), or set models in the configuration"


@dataclass(eq=False)
class NothingToRead(OperationError, RuntimeError):
    """Models are to be compared with a database, and there is no connection to one."""

    code: ClassVar[str] = "MO331"

    def message(self) -> str:
        return "models cannot be compared offline: there is no database to read"

    def hint(self) -> str:
        return "run it with a connection, without --sql"


@dataclass(eq=False)
class TableInTwoModels(OperationError, ValueError):
    """Several MetaData objects are the models, and one table is in more than one of them."""

    code: ClassVar[str] = "MO332"
    table: str

    def message(self) -> str:
        return f"table {self.table!r} is in more than one of the MetaData objects"

    def hint(self) -> str:
        return "keep each table in one MetaData"


@dataclass(eq=False)
class NoRenderer(OperationError, ValueError):
    """An operation is neither declared nor has a renderer, so that no call can be written for it."""

    code: ClassVar[str] = "MO333"
    operation: str

    def message(self) -> str:
        return f"operation {self.operation!r} cannot be written into a script: nothing says what its call is"

    def hint(self) -> str:
        renderer = f"@renderers.dispatch_for({self.operation})"
        return f"declare the class with @operation, or register a renderer with {renderer}"


@dataclass(eq=False)
class RendererExists(OperationError, ValueError):
    """A second renderer was registered for one operation class."""

    code: ClassVar[str] = "MO334"
    operation: str
    existing: str

    def message(self) -> str:
        return f"{self.operation!r} already has a renderer: {self.existing}"

    def hint(self) -> str:
        return "pass replace=True to put this one in its place"


@dataclass(eq=False)
class NotRenderable(OperationError, ValueError):
    """A value has no form as Python source."""

    code: ClassVar[str] = "MO335"
    value: str
    reason: str

    def message(self) -> str:
        return f"{self.value} cannot be written into a script: {self.reason}"

    def hint(self) -> str:
        return "return its source from render_item or from the hook migrateops_render_value"


@dataclass(eq=False)
class RewriterExists(OperationError, ValueError):
    """A Rewriter was given a second function for one operation class."""

    code: ClassVar[str] = "MO336"
    operation: str
    existing: str

    def message(self) -> str:
        return f"this rewriter already has a function for {self.operation!r}: {self.existing}"

    def hint(self) -> str:
        return "make a second Rewriter and join the two with chain()"


@dataclass(eq=False)
class NotOneContainer(OperationError, ValueError):
    """A Rewriter replaced what a script's function does by nothing, or by several."""

    code: ClassVar[str] = "MO337"
    container: str
    count: int

    def message(self) -> str:
        return f"a rewriter returned {self.count} objects for one {self.container!r}"

    def hint(self) -> str:
        return "return exactly one, and change its ops"


@dataclass(eq=False)
class WrongHookAnswer(OperationError, TypeError):
    """A hook that compares answered with something else than operations."""

    code: ClassVar[str] = "MO338"
    hook: str
    answer: str

    def message(self) -> str:
        return f"hook {self.hook!r} answered {self.answer}, not operations"

    def hint(self) -> str:
        return "return a list of operations, or None"


@dataclass(eq=False)
class KindExists(OperationError, ValueError):
    """Two kinds of schema objects have one name."""

    code: ClassVar[str] = "MO339"
    kind: str
    classes: tuple[str, ...]

    def message(self) -> str:
        return f"kind {self.kind!r} of schema objects is defined more than once: {', '.join(self.classes)}"

    def hint(self) -> str:
        return "deny one of the plugins in [plugins] deny"


@dataclass(eq=False)
class BadSnapshot(OperationError, ValueError):
    """A snapshot in JSON is not one, or is of a later format."""

    code: ClassVar[str] = "MO340"
    problem: str

    def message(self) -> str:
        return f"this is no snapshot that can be read: {self.problem}"
