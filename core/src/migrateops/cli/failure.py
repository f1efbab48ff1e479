"""Print what stopped a command; nobody sees a traceback who has not asked for one."""

from __future__ import annotations

import sys

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrateops.errors.base import MigrateOpsError


def failed(error: Exception, *, debug: bool = False) -> int:
    """Print an error on stderr and return the exit status.

    Args:
        error: What was raised.
        debug: Print the traceback first.
    """
    if debug:
        import traceback

        _print("".join(traceback.format_exception(error)).rstrip())
    coded = _coded(error)
    if coded is None:
        _print(f"error[MO000]: internal error: {_line(error)}")
        if not debug:
            _print("  hint: run it again with --debug, and report the traceback")
        return 1
    from migrateops.errors.revisions import BrokenGraph

    # A graph has all its faults in one message; several are read better one by one.
    several = coded.faults if isinstance(coded, BrokenGraph) and len(coded.faults) > 1 else (coded,)
    for one in several:
        _print(one.report())
    return 1


def _coded(error: Exception) -> MigrateOpsError | None:
    """Return the error with a code that says it, or None for a mistake of this program."""
    from migrateops.errors.base import MigrateOpsError

    if isinstance(error, MigrateOpsError):
        return error
    if "sqlalchemy.exc" in sys.modules and _is_of_driver(error):
        from migrateops.errors.runtime import CannotConnect

        return CannotConnect("the database", _line(getattr(error, "orig", None) or error))
    place = _place(error)
    if place is not None:
        from migrateops.errors.commands import EnvironmentFailed

        return EnvironmentFailed(*place, _line(error))
    if isinstance(error, OSError) and isinstance(error.filename, str):
        from migrateops.errors.commands import FileRefused

        return FileRefused(error.filename, error.strerror or type(error).__name__)
    return None


def _is_of_driver(error: Exception) -> bool:
    """Say whether a driver raised it, before any statement: while it connected."""
    from sqlalchemy.exc import DBAPIError

    return isinstance(error, DBAPIError) and error.statement is None


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


def _line(error: BaseException) -> str:
    """Return an exception on one line: its type, and the first line of what it says."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _print(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr, flush=True)
