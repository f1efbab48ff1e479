"""``heads``, ``history`` and ``show`` with all their options; ``cli.fast`` answers the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.fast import print_listing
from migrateops.cli.invocation import Invocation
from migrateops.commands import read

if TYPE_CHECKING:
    from migrateops.config import Config

_VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Several lines for each revision.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")


@click.command()
@_VERBOSE
@click.option("--resolve-dependencies", is_flag=True, help="Leave out what another revision depends on.")
@_JSON
@click.pass_obj
def heads(invocation: Invocation, verbose: bool, resolve_dependencies: bool, as_json: bool) -> None:
    """Reads the scripts, and no database."""
    found = read.heads(invocation.config, resolve_dependencies=resolve_dependencies)
    print_listing("heads", found, verbose=verbose, as_json=as_json)


@click.command()
@click.option("-r", "--rev-range", metavar="FROM:TO", help="Only these, both ends included.")
@_VERBOSE
@click.option("-i", "--indicate-current", is_flag=True, help="Mark what the database is at.")
@_JSON
@click.pass_obj
def history(
    invocation: Invocation, rev_range: str | None, verbose: bool, indicate_current: bool, as_json: bool
) -> None:
    """Reads the scripts, and the database only for `current` in a range and for -i."""
    asked = indicate_current or "current" in (rev_range or "")
    rows = _rows(invocation.config) if asked else None
    found = read.history(invocation.config, rev_range, current=rows)
    marked = rows if indicate_current else None
    print_listing("history", found, verbose=verbose, as_json=as_json, current=marked)


@click.command()
@click.argument("revision")
@_JSON
@click.pass_obj
def show(invocation: Invocation, revision: str, as_json: bool) -> None:
    """REVISION is an id or the start of one, `head`, `heads`, `label@head` or `current`."""
    rows = _rows(invocation.config) if "current" in revision else None
    found = read.show(invocation.config, revision, current=rows)
    print_listing("show", found, verbose=True, as_json=as_json)


def _rows(config: Config) -> tuple[str, ...]:
    from migrateops.commands.current import current

    return tuple(row.revision for row in current(config))
