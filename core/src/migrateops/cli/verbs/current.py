"""``current``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import say, say_json

if TYPE_CHECKING:
    from migrateops.commands.current import CurrentRevision


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Show the database and the file, too.")
@click.option("--check-heads", is_flag=True, help="End with status 4 unless the database is at all heads.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def current(invocation: Invocation, verbose: bool, check_heads: bool, as_json: bool) -> int:
    """One line for each row of the version table; nothing for a database without any."""
    from migrateops.commands.current import current as command
    from migrateops.commands.read import heads

    found = command(invocation.config)
    if as_json:
        say_json([row.as_dict() for row in found])
    elif found:
        say("\n\n".join(map(_entry, found)) if verbose else "\n".join(map(_line, found)))
    if not check_heads:
        return 0
    wanted = {info.revision for info in heads(invocation.config, resolve_dependencies=True).revisions}
    return 0 if wanted == {row.revision for row in found} else 4


def _line(row: CurrentRevision) -> str:
    words = [row.revision]
    if row.branch_labels:
        words.append(f"({', '.join(row.branch_labels)})")
    if row.is_head:
        words.append("(head)")
    if not row.known:
        words.append("(no script)")
    return " ".join(words) + (f", {row.message}" if row.message else "")


def _entry(row: CurrentRevision) -> str:
    lines = [f"Database: {row.database}", f"Revision: {_line(row)}"]
    if row.path is not None:
        lines.append(f"File: {row.path}")
    return "\n".join(lines)
