"""``check``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, note, say, say_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def check(invocation: Invocation, as_json: bool) -> int:
    """Compares as `revision --autogenerate` does, and writes nothing: one line for each operation that would
    be in the script, and status 4 if there are any. The database must be at the heads.
    """
    from migrateops.commands.check import differences

    with document_alone(as_json):
        found = differences(invocation.config)
    if as_json:
        say_json(found)
    else:
        for operation in found.operations:
            say(operation.describe())
        if not found.operations and not invocation.quiet:
            say("no difference")
        if found.not_compared and not invocation.quiet:
            note(f"note: not compared: {'; '.join(found.not_compared)}")
    return 4 if found.operations else 0
