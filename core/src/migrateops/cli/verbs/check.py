"""``check``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, say_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def check(invocation: Invocation, as_json: bool) -> int:
    """Compares as `revision --autogenerate` does, and writes nothing: `+` is before what the models have
    and the database has not, `-` before what is in the database alone, `~` before what differs. The status
    is 4 if there is anything. The database must be at the heads; `diff` does without.
    """
    from migrateops.cli.changes import say_changes
    from migrateops.commands.check import differences

    with document_alone(as_json):
        found = differences(invocation.config)
    if as_json:
        say_json(found)
    else:
        say_changes(invocation, found.changes, found.notes, found.uncompared)
    return 4 if found.operations else 0
