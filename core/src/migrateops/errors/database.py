"""4xx: what a database, or its driver, did or would do to a run."""

from __future__ import annotations

from typing import NamedTuple

from migrateops.errors.base import MigrateOpsError, quoted, shortened


class Violation(NamedTuple):
    """One row that refers to a row that is not there.

    Attributes:
        table: The table of the row, with its schema where that is not the default one.
        rowid: The row, or None where the table's rows are not numbered.
        parent: The table that is referred to.
    """

    table: str
    rowid: int | None
    parent: str


class NoLongerAtomic(MigrateOpsError):
    """The transaction around a step ended before the step did.

    Attributes:
        applied: The first of the writing statements that were seen; they may be in the database.
        count: How many there were.
    """

    applied: tuple[str, ...] = ()
    count: int = 0

    code = "MO401"

    def message(self) -> str:
        seen = ""
        if self.count:
            plural = "s" if self.count > 1 else ""
            heads = quoted((shortened(text) for text in self.applied), limit=3)
            seen = f", and {self.count} statement{plural} may have been applied: {heads}"
        return f"the step is no longer atomic: its transaction was ended from inside the script{seen}"

    def hint(self) -> str:
        return (
            "take what commits by itself (the driver's executescript(), a commit()) out of the script, "
            "and compare the database with the revision before running it again"
        )


class StatementAfterWrite(MigrateOpsError):
    """A statement has no effect, or fails, in a transaction, and the step has already written."""

    statement: str
    written: int

    code = "MO402"

    def message(self) -> str:
        return (
            f"{shortened(self.statement)!r} does not work inside a transaction, "
            f"and the step has already sent {self.written} statements that write in its own"
        )

    def hint(self) -> str:
        return "send it as the first statement of the script, or in a revision of its own"


class StatementInCallersTransaction(MigrateOpsError):
    """A statement has no effect, or fails, in a transaction, and the transaction is not ours to end."""

    statement: str

    code = "MO403"

    def message(self) -> str:
        return (
            f"{shortened(self.statement)!r} does not work inside a transaction, "
            "and the transaction of this run belongs to the caller"
        )

    def hint(self) -> str:
        return "give the run a connection that is in no transaction: engine.connect(), not engine.begin()"


class TransactionControl(MigrateOpsError):
    """A script ends the transaction of its step by a statement of its own."""

    statement: str

    code = "MO404"

    def message(self) -> str:
        return f"{shortened(self.statement)!r} would end the transaction that holds the step together"

    def hint(self) -> str:
        return "leave it out of the script: a step is committed, or rolled back, when it ends"


class RebuildWouldCascade(MigrateOpsError):
    """Dropping a table while foreign keys are enforced would delete the rows that refer to it."""

    table: str
    referencing: tuple[str, ...]

    code = "MO405"

    def message(self) -> str:
        return (
            f"table {self.table!r} cannot be replaced while foreign keys are enforced: "
            f"{quoted(self.referencing)} refer to it, and their rows would go with it"
        )

    def hint(self) -> str:
        return (
            "give the run a connection on which no transaction has begun, "
            "so that enforcement can be switched off around the step"
        )


class ForeignKeysViolated(MigrateOpsError):
    """Rows refer to rows that are not there, and did not before the step.

    Attributes:
        violations: The first of them.
        count: How many there are.
    """

    violations: tuple[Violation, ...]
    count: int

    code = "MO406"

    def message(self) -> str:
        listed = "; ".join(
            f"{found.table!r} row {'?' if found.rowid is None else found.rowid} -> {found.parent!r}"
            for found in self.violations[:8]
        )
        more = self.count - min(len(self.violations), 8)
        rest = f"; and {more} more" if more > 0 else ""
        return f"the step leaves {self.count} rows whose foreign keys lead nowhere: {listed}{rest}"

    def hint(self) -> str:
        return (
            "delete or repair those rows in the script; it runs with enforcement off, so cascades do not "
            "happen by themselves"
        )


class DatabaseLocked(MigrateOpsError):
    """Somebody else holds the database, longer than the driver waits.

    Attributes:
        database: Its name, or its file.
        seconds: How long was waited.
        undone: What was not done.
    """

    database: str | None
    seconds: float = 0.0
    undone: str = "the step was not begun"

    code = "MO407"

    def message(self) -> str:
        where = f"database {self.database!r}" if self.database else "the database"
        waited = f", and was so for {self.seconds:.1f} seconds" if self.seconds >= 0.1 else ""
        return f"{where} is locked by another process or connection{waited}; {self.undone}"

    def hint(self) -> str:
        return "end what holds it, or let the driver wait longer (its timeout argument, in seconds)"


class DatabaseLost(MigrateOpsError):
    """The connection was lost while something was read.

    Attributes:
        database: Its name, or its file.
        problem: What the driver says.
        undone: What was not done.
    """

    database: str | None
    problem: str
    undone: str

    code = "MO408"

    def message(self) -> str:
        where = f"database {self.database!r}" if self.database else "the database"
        return f"the connection to {where} was lost: {self.problem}; {self.undone}"

    def hint(self) -> str:
        return "run it again when the database can be reached"
