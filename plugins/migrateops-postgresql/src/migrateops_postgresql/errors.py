"""What can go wrong on PostgreSQL alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, closest, quoted


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "PG301"
    operation: str
    option: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        guess = closest(self.option, self.known)
        if guess:
            return f"did you mean {guess!r}?"
        return f"the options are {quoted(self.known)}" if self.known else "remove it"


class NeedsAutocommitBlock(MigrateOpsError):
    """A statement that the server refuses inside a transaction was about to be sent in one."""

    code = "PG401"
    statement: str

    def message(self) -> str:
        return f"{_shortened(self.statement)!r} cannot run inside a transaction, and the step runs in one"

    def hint(self) -> str:
        return "put it into a block: with op.get_context().autocommit_block():"


class FailedTransaction(MigrateOpsError):
    """A statement of the step failed, the script went on, and nothing of the step can be committed."""

    code = "PG402"

    def message(self) -> str:
        return "a statement failed and the script went on, but the server has given up the step's transaction"

    def hint(self) -> str:
        return "send a statement that may fail in a savepoint: with op.get_bind().begin_nested():"


def _shortened(statement: str) -> str:
    """Return *statement* on one line, cut to what a message can hold."""
    line = " ".join(statement[:400].split())
    return line if len(line) <= 80 else f"{line[:77]}..."
