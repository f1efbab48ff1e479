"""``diff``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, say_json


@click.command()
@click.argument("first", metavar="[FROM]", default="database")
@click.argument("second", metavar="[TO]", default="models")
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def diff(invocation: Invocation, first: str, second: str, as_json: bool) -> int:
    """What is to be compared is `database` for the configured one, `models`, the name of a database in the
    configuration, a url, or a file that `snapshot` wrote; left out, it goes from `database` to `models`.
    `+` is before what only TO has, `-` before what only FROM has, `~` before what differs; the status is 4
    if there is anything. Kinds of objects are compared that both have. Writes nothing, and needs neither
    scripts nor a version table.
    """
    from migrateops.cli.changes import say_changes
    from migrateops.commands.diff import diff as command

    with document_alone(as_json):
        found = command(invocation.config, first, second)
    if as_json:
        say_json(found)
    else:
        say_changes(invocation, found.differences, found.notes, found.uncompared)
    return 4 if found.differences else 0
