"""``stubs``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import note, say


@click.command()
@click.option("--out", default="typings", metavar="DIRECTORY", show_default=True, help="Where to write them.")
@click.option("--check", is_flag=True, help="Write nothing; end with status 4 if they would change.")
@click.pass_obj
def stubs(invocation: Invocation, out: str, check: bool) -> int:
    """Core brings its own; these have the operations of the enabled plugins, too. pyright reads `typings`
    by itself; mypy is told with mypy_path = "typings".
    """
    from migrateops.commands.stubs import stubs as command

    done = command(invocation.config, out, check=check)
    for fault in done.faults:
        note(f"note: left out: {fault.message()}")
    if not invocation.quiet:
        for path in done.changed:
            say(f"{'would change' if check else 'wrote'} {path}")
        if not done.changed:
            say(f"{out} is up to date")
    return 4 if check and done.changed else 0
