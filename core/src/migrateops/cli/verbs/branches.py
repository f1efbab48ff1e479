"""``branches``."""

from __future__ import annotations

import click

from migrateops.cli.fast import encodable, revision_entry, revision_line, write
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import note, say, say_json


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Several lines for each branch point.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def branches(invocation: Invocation, verbose: bool, as_json: bool) -> None:
    """Each revision that several follow, and these below it. Reads the scripts, and no database."""
    from migrateops.commands.branches import branches as command

    found = command(invocation.config)
    for error in found.unreadable:
        note(f"note: left out: {error.message()}")
    if as_json:
        say_json(found.points)
        return
    shape = invocation.config.shape
    if shape is not None:
        text = shape.printed("branches", invocation.config, found.points, verbose=verbose)
        write(encodable(text))
        return
    for number, point in enumerate(found.points):
        if verbose:
            say(f"{chr(10) if number else ''}{revision_entry(point.revision)}".rstrip("\n"))
        else:
            say(revision_line(point.revision))
        for one in point.followed_by:
            say(f"{' ' * len(point.revision.revision)} -> {revision_line(one)}")
