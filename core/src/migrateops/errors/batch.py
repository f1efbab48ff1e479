"""What can be wrong with a batch: changes to one table that are made together."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, quoted, shortened


class BatchError(MigrateOpsError):
    """Base of the errors of a batch; nothing has been changed when one is raised."""

    code = "MO350"


class TableNotFound(BatchError):
    """A batch is on a table that the database does not have."""

    code = "MO351"
    table: str
    closest: str | None = None
    schema: str | None = None

    def message(self) -> str:
        where = f" in schema {self.schema!r}" if self.schema is not None else ""
        return f"batch_alter_table {self.table!r}: there is no such table{where}"

    def hint(self) -> str | None:
        return f"did you mean {self.closest!r}?" if self.closest is not None else None


class ColumnNotFound(BatchError, KeyError):
    """An operation of a batch names a column that the table does not have."""

    code = "MO352"
    operation: str
    table: str
    column: str
    closest: str | None = None

    def message(self) -> str:
        return f"{self.operation}: table {self.table!r} has no column {self.column!r}"

    def hint(self) -> str | None:
        return f"did you mean {self.closest!r}?" if self.closest is not None else None


class ConstraintNotFound(BatchError, ValueError):
    """An operation of a batch names a constraint that the table does not have."""

    code = "MO353"
    operation: str
    table: str
    name: str | None
    known: tuple[str, ...]

    def message(self) -> str:
        has = quoted(self.known) or "none with a name"
        return f"{self.operation}: table {self.table!r} has no constraint {self.name!r}; it has {has}"

    def hint(self) -> str:
        return "give batch_alter_table a naming_convention that names the constraints that have no name"


class AlreadyThere(BatchError):
    """An operation of a batch adds what the table has already."""

    code = "MO354"
    operation: str
    table: str
    kind: str
    name: str

    def message(self) -> str:
        return f"{self.operation}: table {self.table!r} already has a {self.kind} {self.name!r}"


class ImpossibleOrder(BatchError):
    """The order that is asked for puts columns before each other."""

    code = "MO355"
    table: str
    columns: tuple[str, ...]

    def message(self) -> str:
        return (
            f"batch_alter_table {self.table!r}: the columns {quoted(self.columns)} cannot stand in that order"
        )


class RowsDoNotFit(BatchError):
    """Rows of the table have values that the changed column does not take."""

    code = "MO356"
    table: str
    column: str
    count: int
    why: str
    example: str | None = None
    is_new: bool = False

    def message(self) -> str:
        rows = "1 row does" if self.count == 1 else f"{self.count} rows do"
        example = f", such as {shortened(self.example)}" if self.example is not None else ""
        return f"{rows} not fit column {self.column!r} of table {self.table!r}: {self.why}{example}"

    def hint(self) -> str:
        if self.is_new:
            return "give it a server_default; or add it nullable, fill it by op.execute(), then alter it"
        return "change these rows first, with op.execute() before the batch"


class ColumnStillUsed(BatchError):
    """A column is dropped that another part of the table is computed from."""

    code = "MO357"
    operation: str
    table: str
    column: str
    user: str

    def message(self) -> str:
        return f"{self.operation}: {self.user} of table {self.table!r} uses column {self.column!r}"

    def hint(self) -> str:
        return "drop that in the same batch, before the column"


class TableUnreadable(BatchError):
    """The text that the table was created with is not of a form that can be changed."""

    code = "MO358"
    table: str
    why: str

    def message(self) -> str:
        return f"table {self.table!r} cannot be built anew: {self.why}"


class DefinitionNeeded(BatchError):
    """A table is to be built anew in an SQL stream, where its definition cannot be looked up."""

    code = "MO359"
    table: str

    def message(self) -> str:
        return (
            f"batch_alter_table {self.table!r}: the table must be built anew, and its definition is not known"
        )

    def hint(self) -> str:
        return "give the table as copy_from=Table(...), or run it with a database"


class RebuildRefused(BatchError):
    """The database refused the new table, or the rows in it; its words are in *reason*."""

    code = "MO360"
    table: str
    what: str
    reason: str

    def message(self) -> str:
        return f"table {self.table!r} cannot be built anew: {self.what}: {self.reason}"


class BrokenByRebuild(BatchError):
    """A view or a trigger would not work with the new table."""

    code = "MO361"
    table: str
    kind: str
    name: str
    reason: str

    def message(self) -> str:
        who = f"the {self.kind} {self.name!r}"
        return f"{who} does not work with the changed table {self.table!r}: {self.reason}"

    def hint(self) -> str:
        return f"drop the {self.kind} before the batch, and create it again after it"


class BatchArgument(BatchError, ValueError):
    """An argument of ``batch_alter_table`` has a value that means nothing."""

    code = "MO362"
    table: str
    argument: str
    given: str
    wanted: str

    def message(self) -> str:
        return f"batch_alter_table {self.table!r}: {self.argument} is {self.given}, not {self.wanted}"


class RowsLost(BatchError):
    """The new table has not as many rows as the old one; the change was taken back."""

    code = "MO363"
    table: str
    before: int
    after: int

    def message(self) -> str:
        return f"table {self.table!r} had {self.before} rows, and its copy has {self.after}"


class AmbiguousConstraint(BatchError):
    """The naming convention calls several constraints that have no name in the database by one name."""

    code = "MO364"
    table: str
    name: str
    count: int

    def message(self) -> str:
        return (
            f"{self.count} constraints of table {self.table!r} without a name would be called {self.name!r}"
        )

    def hint(self) -> str:
        return "give a naming_convention that tells them apart; existing_type=... drops the CHECK of a type"


class NoOrdinaryTable(BatchError):
    """A batch is on a view, a virtual table, a table behind one, or one of the database's own."""

    code = "MO365"
    table: str
    kind: str

    def message(self) -> str:
        return f"batch_alter_table {self.table!r}: it is a {self.kind}, which cannot be altered"

    def hint(self) -> str:
        return "drop it and create it anew, with op.execute()"


class ChangeRefused(BatchError):
    """The database refused one change of a batch; its words are in *reason*."""

    code = "MO366"
    operation: str
    dialect: str
    reason: str

    def message(self) -> str:
        return f"{self.operation}: {self.dialect} refuses it: {self.reason}"


class ForeignKeyMismatch(BatchError):
    """A foreign key would refer to columns that are not there, or that are no key."""

    code = "MO367"
    table: str
    columns: tuple[str, ...]
    parent: str
    reason: str

    def message(self) -> str:
        key = f"the foreign key ({', '.join(self.columns)}) of table {self.table!r}"
        return f"{key} would refer to nothing in {self.parent!r}: {self.reason}"

    def hint(self) -> str:
        return "drop the foreign key before, or give the other table a primary key or UNIQUE that it can use"
