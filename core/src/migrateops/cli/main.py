"""The command line, on click: parse, run one command, turn what happened into an exit status."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from migrateops import __version__
from migrateops.cli.failure import INTERRUPTED, failed, interrupted
from migrateops.cli.group import Verbs
from migrateops.cli.invocation import Invocation, options

COMPLETING = "_MIGRATEOPS_COMPLETE"
"""The variable by which a shell asks for what may come next."""

program = Verbs(
    name="migrateops",
    params=options(),
    help="Migrate the schema of a database along the scripts of a project.",
    epilog="These options may also stand after the command. `migrateops COMMAND --help` tells about one.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")(program)


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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if COMPLETING in os.environ:
        from migrateops.cli.bash import register

        register()
    with _ended_like_ctrl_c() as told:
        status = _run(arguments, alone=argv is None)
    # As a shell has it.
    return 128 + told[0] if told and status == INTERRUPTED else status


def _run(arguments: list[str], *, alone: bool) -> int:
    debug = not {"--debug", "--raiseerr"}.isdisjoint(arguments)
    try:
        given = Invocation(alone=alone)
        status = program.main(arguments, prog_name="migrateops", standalone_mode=False, obj=given)
        return status if isinstance(status, int) else 0
    except click.Abort as error:
        return interrupted(error.__cause__)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt as error:
        return interrupted(error)
    except Exception as error:
        if COMPLETING in os.environ:
            # A shell would show it in the middle of the line that is typed.
            return 1
        return failed(error, debug=debug, as_json="--json" in arguments)
