"""The command line, on click: parse, run one command, turn what happened into an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from migrateops import __version__
from migrateops.cli.ending import status_of
from migrateops.cli.fast import COMPLETING
from migrateops.cli.group import Verbs
from migrateops.cli.invocation import Invocation
from migrateops.cli.options import options

program = Verbs(
    name="migrateops",
    params=options(),
    help="Migrate the schema of a database along the scripts of a project.",
    epilog="These options may also stand after the command. `migrateops COMMAND --help` tells about one.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")(program)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if COMPLETING in os.environ:
        from migrateops.cli.bash import register

        register()
    debug = not {"--debug", "--raiseerr"}.isdisjoint(arguments)
    return status_of(lambda: _run(arguments, alone=argv is None), debug=debug, as_json="--json" in arguments)


def _run(arguments: list[str], *, alone: bool) -> int:
    try:
        given = Invocation(alone=alone)
        status = program.main(arguments, prog_name="migrateops", standalone_mode=False, obj=given)
        return status if isinstance(status, int) else 0
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):
            # Whatever asked had nobody to ask.
            raise error.__cause__ from None
        raise
    except click.ClickException:
        raise
    except Exception:
        if COMPLETING in os.environ:
            # A shell would show it in the middle of the line that is typed.
            return 1
        raise
