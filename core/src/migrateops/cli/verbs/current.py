"""``current``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.fast import current_line, encodable, write
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, note, say, say_json

if TYPE_CHECKING:
    from migrateops.commands.current import CurrentRevision


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Show the database and the file, too.")
@click.option(
    "-c", "--check-heads", is_flag=True, help="End with status 4 unless each database is at all heads."
)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def current(invocation: Invocation, verbose: bool, check_heads: bool, as_json: bool) -> int:
    """One line for each row of the version table; nothing for a database without any, unless -v is given.
    Of several databases each is named, and shown in any case. Here -c is --check-heads; the configuration
    file is --config, or -c before the command.
    """
    from migrateops.commands.current import databases
    from migrateops.commands.scripts import refuse_unreadable
    from migrateops.errors.runtime import DatabaseNotAtHead

    with document_alone(as_json):
        found = databases(invocation.config)
    several = len(found) > 1
    shown = several or (verbose and not as_json)
    rows = [row for one in found for row in (one.entries() if shown else one.shown)]
    if as_json:
        say_json([row.as_dict() for row in rows])
    elif invocation.config.shape is not None:
        shape = invocation.config.shape
        write(encodable(shape.printed("current", invocation.config, found, verbose=verbose)))
    elif rows:
        line = _named if several else current_line
        say("\n\n".join(map(_entry, rows)) if verbose else "\n".join(map(line, rows)))
    if not check_heads:
        return 0
    status = 0
    for one in found:
        refuse_unreadable(one.script)
        wanted = set(one.script.get_heads(consider_depends_on=True))
        if wanted != set(one.revisions):
            status = 4
            if not rows:
                # Else what was printed says it.
                note(DatabaseNotAtHead(one.revisions, tuple(sorted(wanted))).message())
    return status


def _named(row: CurrentRevision) -> str:
    return f"{row.database}: {current_line(row)}"


def _entry(row: CurrentRevision) -> str:
    lines = [f"Database: {row.database}", f"Revision: {current_line(row)}"]
    if row.path is not None:
        lines.append(f"File: {row.path}")
    return "\n".join(lines)
