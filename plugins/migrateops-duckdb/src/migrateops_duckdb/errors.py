"""What can go wrong on DuckDB alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, quoted


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "DU301"
    operation: str
    option: str

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        return "alter_column has duckdb_using, and the others have none"


class NoSuchConstraint(MigrateOpsError, LookupError):
    """A batch drops a constraint that the table does not have."""

    code = "DU302"
    operation: str
    table: str
    name: str | None
    known: tuple[str, ...]

    def message(self) -> str:
        has = quoted(self.known) or "none"
        return f"{self.operation}: table {self.table!r} has no constraint {self.name!r}; it has {has}"

    def hint(self) -> str:
        return "the engine keeps no names of constraints, and makes up those that it has: use these"


class SeveralConstraints(MigrateOpsError):
    """A batch drops a constraint, and several go by that name."""

    code = "DU303"
    operation: str
    table: str
    name: str | None
    count: int

    def message(self) -> str:
        return f"{self.operation}: {self.count} constraints of table {self.table!r} could be {self.name!r}"

    def hint(self) -> str:
        return "take back the operation that adds it: its reverse() knows what the constraint is"


class FailedTransaction(MigrateOpsError):
    """A statement of the step failed, the script went on, and nothing of the step can be committed."""

    code = "DU402"

    def message(self) -> str:
        return "a statement failed and the script went on, but the engine has given up the step's transaction"

    def hint(self) -> str:
        return "let the error end the step, or send what may fail in an op.get_context().autocommit_block()"
