"""What can go wrong on Oracle Database alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "OR301"
    operation: str
    option: str

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        return "take it out; options of tables and indexes are given where these are created"
