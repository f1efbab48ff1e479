"""Print what stopped a command; nobody sees a traceback who has not asked for one."""

from __future__ import annotations

import sys

from migrateops.cli.ending import INTERRUPTED
from migrateops.cli.fast import put
from migrateops.errors.base import CONNECTING, MigrateOpsError, first_line

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def failed(error: Exception, *, debug: bool = False, as_json: bool = False) -> int:
    """Print an error on stderr and return the exit status.

    Args:
        error: What was raised.
        debug: Print the traceback first.
        as_json: Print it on stdout, too, as an object for the program that waits there.
    """
    if debug:
        import traceback

        _print("".join(traceback.format_exception(error)).rstrip())
    coded = coded_error(error)
    if as_json:
        _print_json(coded, error)
    if coded is None:
        _print(f"error[MO000]: internal error: {first_line(error)}")
        if not debug:
            _print("  hint: run it again with --debug, and report the traceback")
        return 1
    # A graph has all its faults in one message; several are read better one by one.
    several = faults_of(coded)
    for one in several if len(several) > 1 else (coded,):
        _print(one.report())
    return 1


def interrupted(error: BaseException | None) -> int:
    """Print where Ctrl-C has stopped a run, and return the exit status."""
    # An event loop is told by a CancelledError, in whose place it raises a KeyboardInterrupt.
    while error is not None and not getattr(error, "__notes__", ()):
        error = error.__cause__ or error.__context__
    notes = getattr(error, "__notes__", ())
    for text in notes:
        _print(f"interrupted: {text}")
    if not notes:
        _print("interrupted")
    return INTERRUPTED


def faults_of(error: MigrateOpsError) -> tuple[MigrateOpsError, ...]:
    """Return the single things that an error sums up."""
    from migrateops.errors.revisions import BrokenGraph

    return error.faults if isinstance(error, BrokenGraph) else ()


def _print_json(coded: MigrateOpsError | None, error: Exception) -> None:
    import json

    if coded is None:
        found: dict[str, Any] = {"code": "MO000", "message": f"internal error: {first_line(error)}"}
        found |= {"notes": [], "hint": None}
    else:
        found = coded.as_dict()
    faults = [] if coded is None else [fault.as_dict() for fault in faults_of(coded)]
    # Nothing in it is beyond ASCII.
    print(json.dumps({"error": found, "faults": faults}, indent=2), flush=True)


def coded_error(error: Exception) -> MigrateOpsError | None:
    """Return the error with a code that says it, or None for a mistake of this program."""
    if isinstance(error, MigrateOpsError):
        return error
    coded = _coded(error)
    if coded is not None:
        for text in getattr(error, "__notes__", ()):
            # The url is in the message.
            if not text.startswith(CONNECTING):
                coded.add_note(text)
    return coded


def _coded(error: Exception) -> MigrateOpsError | None:
    refused = _of_driver(error) if "sqlalchemy.exc" in sys.modules else None
    if refused == "" and (url := _connecting_to(error)) is not None:
        from sqlalchemy import make_url

        from migrateops.errors.runtime import CannotConnect

        return CannotConnect(url, first_line(error), make_url(url).host is not None)
    place = _place(error)
    if place is not None:
        from migrateops.errors.commands import EnvironmentFailed

        return EnvironmentFailed(*place, first_line(error))
    if refused is not None:
        from migrateops.errors.runtime import DatabaseRefused

        return DatabaseRefused(first_line(error), refused)
    if isinstance(error, OSError) and isinstance(error.filename, str):
        from migrateops.errors.commands import FileRefused

        return FileRefused(error.filename, error.strerror or type(error).__name__)
    return None


def _of_driver(error: Exception) -> str | None:
    """Return the statement that a driver has failed with, empty where it was none, else None."""
    from sqlalchemy.exc import DBAPIError

    return " ".join((error.statement or "").split()) if isinstance(error, DBAPIError) else None


def _connecting_to(error: Exception) -> str | None:
    """Return the url that an error says to have been connecting to."""
    notes = getattr(error, "__notes__", ())
    return next((text.removeprefix(CONNECTING) for text in notes if text.startswith(CONNECTING)), None)


def _place(error: Exception) -> tuple[str, int] | None:
    """Return file and line of ``env.py``, where the error came through it, and not from this program."""
    found, module = None, ""
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("migrateops_env"):
            found = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return None if module.startswith("migrateops.") else found


def _print(text: str) -> None:
    put(text, sys.stderr)
