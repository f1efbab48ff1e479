"""How a command ends: what it raised, Ctrl-C and SIGTERM, turned into an exit status."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit status after Ctrl-C."""

# What says how a command failed is imported when one does.


@contextmanager
def _ended_like_ctrl_c() -> Iterator[list[int]]:
    """Have SIGTERM end what the block does as Ctrl-C does, which says what is applied; else it just ends.

    Supervisors send it.  Yields a list that holds the signal's number once it has come.
    """
    told: list[int] = []

    def tell(number: int, frame: object) -> None:
        told.append(number)
        signal.raise_signal(signal.SIGINT)

    # Where a program has seen to it, or Ctrl-C is ignored, it stays as it is.
    usual = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if usual:
        signal.signal(signal.SIGTERM, tell)
    try:
        yield told
    finally:
        if usual:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def status_of(command: Callable[[], int], *, debug: bool = False, as_json: bool = False) -> int:
    """Run a command and return its exit status; what stops it is printed.

    Args:
        command: What to run.
        debug: Print the traceback of an error.
        as_json: Print an error on stdout, too, as an object.
    """
    with _ended_like_ctrl_c() as told:
        try:
            status = command()
        except KeyboardInterrupt as error:
            from migrateops.cli.failure import interrupted

            # Behind the ^C of the terminal; click does it where it is asked.
            print(file=sys.stderr)
            status = interrupted(error)
        except Exception as error:
            from migrateops.cli.failure import failed

            found = _of_click(error) if "click" in sys.modules else None
            status = failed(error, debug=debug, as_json=as_json) if found is None else found
    # As a shell has it.
    return 128 + told[0] if told and status == INTERRUPTED else status


def _of_click(error: Exception) -> int | None:
    """Return the exit status that an error of click's stands for; ``env.py`` may raise them as well."""
    import click

    if isinstance(error, click.Abort):
        from migrateops.cli.failure import interrupted

        return interrupted(error.__cause__)
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    return None
