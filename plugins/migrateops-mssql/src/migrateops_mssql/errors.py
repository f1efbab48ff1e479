"""What can go wrong on SQL Server alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, closest, quoted


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "MS301"
    operation: str
    option: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        guess = closest(self.option, self.known)
        if guess:
            return f"did you mean {guess!r}?"
        return f"the options are {quoted(self.known)}" if self.known else "take it out: there are none"


class NoSuchColumn(MigrateOpsError, LookupError):
    """The column that an operation is about is not in the table."""

    code = "MS302"
    operation: str
    table: str
    column: str

    def message(self) -> str:
        return f"{self.operation}: mssql has no column {self.column!r} in table {self.table!r}"

    def hint(self) -> str:
        return "compare the database with the revision that it is said to be at"
