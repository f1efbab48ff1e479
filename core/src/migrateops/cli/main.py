"""The command line, on click: parse, run one command, turn what happened into an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from migrateops import __version__
from migrateops.cli.failure import failed, interrupted
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
    try:
        status = program.main(
            arguments, prog_name="migrateops", standalone_mode=False, obj=Invocation(alone=argv is None)
        )
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
