"""What can go wrong on DuckDB alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "DU301"
    operation: str
    option: str

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        return "alter_column has duckdb_using, and the others have none"


class FailedTransaction(MigrateOpsError):
    """A statement of the step failed, the script went on, and nothing of the step can be committed."""

    code = "DU402"

    def message(self) -> str:
        return "a statement failed and the script went on, but the engine has given up the step's transaction"

    def hint(self) -> str:
        return "let the error end the step, or send what may fail in an op.get_context().autocommit_block()"
