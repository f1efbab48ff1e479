"""What is said of a step that was stopped: which it was, where in its script, and what of it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects.transaction import COMMIT_IN_DOUBT, NOTHING_APPLIED
from migrateops.errors.base import MigrateOpsError, first_line
from migrateops.runtime.transactions import left_of_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrateops.dialects.transaction import Transaction
    from migrateops.runtime.migration import MigrationContext
    from migrateops.runtime.step import RevisionStep


def explained(
    context: MigrationContext,
    error: Exception,
    step: RevisionStep,
    transaction: Transaction | None,
    rows: Sequence[str],
) -> MigrateOpsError:
    """Return the error to raise for a step that failed: an own one, or the one that says it itself.

    Args:
        context: Where the step was taken.
        error: What was raised.
        step: Which it was.
        transaction: The one around it; None where none was begun, or SQL is written.
        rows: The version rows before it.
    """
    if isinstance(error, MigrateOpsError):
        error.add_note(where(context, error, step, transaction, rows))
        return error
    revision = _name(step)
    remains, partly = _remains(context, error, transaction, rows)
    kind = context.pack.error_kind(error)
    own = kind is None and not isinstance(error, DBAPIError)
    failed = errors.runtime.RevisionFailed(
        revision, step.direction, first_line(error), remains, partly, kind, own
    )
    statement = getattr(error, "statement", None)
    if isinstance(statement, str):
        failed.add_note(f"executing: {' '.join(statement.split())[:300]}")
    for note in getattr(error, "__notes__", ()):
        failed.add_note(note)
    if context.transactions.commit_error is error:
        failed.add_note("committing what it has done")
    failed.add_note(f"{step.direction} of revision {revision!r}{_place(context, error, step)}")
    return failed


def where(
    context: MigrationContext,
    error: BaseException,
    step: RevisionStep,
    transaction: Transaction | None,
    rows: Sequence[str],
) -> str:
    """Return which step was stopped, where, and what is applied; the arguments are those of `explained`."""
    place = f"{_name(step)!r}{_place(context, error, step)}"
    return f"{step.direction} of revision {place}; {_remains(context, error, transaction, rows)[0]}"


def between_steps(context: MigrationContext, rows: Sequence[str]) -> str:
    """Return what of a run is applied that stops without its lock, behind a step or ahead of a commit.

    Args:
        context: Where the steps were taken.
        rows: The version rows after it.
    """
    transactions = context.transactions
    if not transactions.holds_run:
        return f"the database is at {', '.join(rows) or 'base'}"
    held = transactions.current
    return left_of_run(context.taken, atomic=held is None or held.atomic, ended=transactions.ended)


def _remains(
    context: MigrationContext, error: BaseException, transaction: Transaction | None, rows: Sequence[str]
) -> tuple[str, bool]:
    """Return what of a failed step is applied, and whether anything is or may be."""
    at = ", ".join(rows) or "base"
    if context.as_sql:
        return "the SQL written so far is incomplete", False
    if transaction is None:
        return f"{NOTHING_APPLIED}, the database is at {at}", False
    # Of Ctrl-C nobody knows whether it came before the server's answer or after it.
    if context.transactions.commit_error is error and (
        not isinstance(error, Exception) or context.pack.error_kind(error) == "lost"
    ):
        return COMMIT_IN_DOUBT, False
    said = transaction.remains()
    if said is not None:
        return f"{said}, the version table is at {at}", said != NOTHING_APPLIED
    if not transaction.owned and transaction.atomic:
        return f"it is undone by whoever owns the transaction, which was at {at}", False
    if context.transactions.holds_run:
        ended = context.transactions.ended
        left = left_of_run(context.taken, atomic=transaction.atomic, ended=ended)
        return (f"the run is one transaction, {left}", False) if transaction.atomic else (left, True)
    if transaction.atomic and context.is_transactional_ddl:
        return f"{NOTHING_APPLIED}, the database is at {at}", False
    return f"statements before the failing one may be applied, the version table is at {at}", True


def _name(step: RevisionStep) -> str:
    return step.revision.revision if step.revision is not None else "base"


def _place(context: MigrationContext, error: BaseException, step: RevisionStep) -> str:
    """Return the script's file, and the lines that are to blame, else the one that the error passed last."""
    path = step.revision.path if step.revision is not None else None
    if path is None:
        return ""
    lines = context.blamed(error) or _passed(error, str(path)) or _passed(error.__cause__, str(path))
    return f" ({path}:{', '.join(map(str, lines))})" if lines else f" ({path})"


def _passed(error: BaseException | None, path: str) -> tuple[int, ...]:
    """Return the line of a file that an error has passed through last, or nothing."""
    line: tuple[int, ...] = ()
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = (trace.tb_lineno,)
        trace = trace.tb_next
    return line
