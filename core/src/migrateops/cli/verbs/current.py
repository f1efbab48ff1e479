"""``current``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.fast import current_line
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, say, say_json

if TYPE_CHECKING:
    from migrateops.commands.current import CurrentRevision


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Show the database and the file, too.")
@click.option(
    "-c", "--check-heads", is_flag=True, help="End with status 4 unless the database is at all heads."
)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def current(invocation: Invocation, verbose: bool, check_heads: bool, as_json: bool) -> int:
    """One line for each row of the version table; nothing for a database without any, unless -v is given.
    Here -c is --check-heads; the configuration file is --config, or -c before the command.
    """
    from migrateops.commands.current import current as command
    from migrateops.commands.read import heads

    with document_alone(as_json):
        found = command(invocation.config)
    if as_json:
        say_json([row.as_dict() for row in found])
    elif found:
        say("\n\n".join(map(_entry, found)) if verbose else "\n".join(map(current_line, found)))
    elif verbose:
        say("Revision: <base>")
    if not check_heads:
        return 0
    wanted = {info.revision for info in heads(invocation.config, resolve_dependencies=True).revisions}
    return 0 if wanted == {row.revision for row in found} else 4


def _entry(row: CurrentRevision) -> str:
    lines = [f"Database: {row.database}", f"Revision: {current_line(row)}"]
    if row.path is not None:
        lines.append(f"File: {row.path}")
    return "\n".join(lines)
